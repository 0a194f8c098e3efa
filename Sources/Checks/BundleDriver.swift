/// The shell text around the checks of a bundle: it waits, runs one check after the other, and reports line by line.
///
/// Every line that it writes for us is `MARK verb …`, MARK being a random word of this bundle (``BundleReader``):
///
///     MARK ready yes|no TEXT
///     MARK begin ID
///     MARK reason ID TEXT          what fail, skip or broken was given
///     MARK note ID NAME=VALUE
///     MARK out ID TEXT             a line of the check's own output, only of checks that did not pass or skip
///     MARK end ID STATUS HUNDREDTHS
///     MARK recap ID STATUS HUNDREDTHS   all of them again, in case that a line was hit by another writer
///     MARK trouble TEXT
///     MARK done
///
/// It needs of a guest: a POSIX sh, mkdir, mkfifo, head -c, sed, sleep, rm; and setsid, if checks that start processes
/// of their own are to be ended with all of them.
enum BundleDriver {
  /// Most bytes of output that the guest keeps of one check.
  static let outputLimit = 64 << 10
  /// Most reasons and notes that it hands on of one check.
  static let reportLimit = 256

  /// Functions, before the part that changes from bundle to bundle.
  static let functions = #"""
    say() { printf '%s %s\n' "$IMGV_MARK" "$*"; }

    # Sets now: hundredths of a second; only differences mean something.
    clock() {
      now=0
      if [ -r /proc/uptime ]; then
        read -r now _ </proc/uptime
        now=${now%.*}${now#*.}
      else
        now=$(date +%s)00
      fi
    }

    # ready SECONDS: waits until the boot is finished, or time is up.
    ready() {
      clock
      last=$((now + $1 * 100))
      while :; do
        waiting='' state=''
        if [ -d /run/systemd/system ] && command -v systemctl >/dev/null; then
          state=$(systemctl is-system-running </dev/null 2>/dev/null)
          case $state in '' | initializing | starting) waiting="systemd says '$state'" ;; esac
          state="systemd says '$state'"
        fi
        if [ -d /run/cloud-init ] && [ ! -e /run/cloud-init/disabled ] && [ ! -e /run/cloud-init/result.json ]; then
          waiting="${waiting:+$waiting, }cloud-init has left no result"
        fi
        if [ -z "$waiting" ]; then
          say ready yes "$state"
          return
        fi
        clock
        if [ "$now" -ge "$last" ]; then
          say ready no "after $1 s $waiting"
          return
        fi
        sleep 2
      done
    }

    # ends PROCESS: kills a check and all that it started.
    ends() {
      [ -z "$IMGV_SESSION" ] || kill -s KILL -- "-$1" 2>/dev/null
      kill -s KILL "$1" 2>/dev/null
    }

    # One for all checks, run with FOLDER SESSION in a session of its own: kills the check that FOLDER/now names (ID
    # PROCESS READER SECONDS) when its time is up, and two seconds later the reader of its output, in case that something
    # got away and still holds the pipe. It looks once a second: a process or two for each check would cost more than most
    # checks do. No traps: a signal that comes just before 'wait' is lost.
    # shellcheck disable=SC2016 # the watcher expands it
    IMGV_WATCH='last=""
    while sleep 1; do
      id=""
      read -r id runner reader limit <"$1/now"
      if [ -z "$id" ] || [ "$id" != "$last" ]; then
        last=$id ticks=0
        continue
      fi
      ticks=$((ticks + 1))
      if [ "$ticks" -eq "$limit" ]; then
        echo "$id" >"$1/late"
        [ -z "$2" ] || kill -s KILL -- "-$runner"
        kill -s KILL "$runner"
      elif [ "$ticks" -ge $((limit + 2)) ]; then
        kill -s KILL "$reader"
      fi
    done'

    # check ID SECONDS NEEDS: runs the file $IMGV_DIR/ID.sh.
    check() {
      say begin "$1"
      : >"$IMGV_DIR/report"
      clock
      began=$now
      head -c "$IMGV_LIMIT" <"$IMGV_DIR/pipe" >"$IMGV_DIR/out" &
      reader=$!
      # shellcheck disable=SC2086 # no word at all without setsid
      IMGVERIFY_NEEDS=$3 IMGVERIFY_REPORT=$IMGV_DIR/report \
        $IMGV_SESSION sh "$IMGV_DIR/$1.sh" </dev/null >"$IMGV_DIR/pipe" 2>&1 &
      runner=$!
      echo "$1 $runner $reader $2" >"$IMGV_DIR/now"
      wait "$runner"
      status=$?
      late=''
      [ ! -s "$IMGV_DIR/late" ] || read -r late <"$IMGV_DIR/late"
      [ "$late" != "$1" ] || status=timeout
      [ -z "$IMGV_SESSION" ] || kill -s KILL -- "-$runner" 2>/dev/null
      wait "$reader"
      : >"$IMGV_DIR/now"
      clock
      lines=0
      while [ "$lines" -lt "$IMGV_LINES" ] && { IFS= read -r line || [ -n "$line" ]; }; do
        printf '%s %s %s %.16384s\n' "$IMGV_MARK" "${line%% *}" "$1" "${line#* }"
        lines=$((lines + 1))
      done <"$IMGV_DIR/report"
      case $status in
        0 | 77) ;;
        *)
          sed "s/^/$IMGV_MARK out $1 /" "$IMGV_DIR/out"
          echo
          ;;
      esac
      say end "$1" "$status" "$((now - began))"
      say recap "$1" "$status" "$((now - began))" >>"$IMGV_DIR/recap"
    }

    # Leaves nothing behind: no process, no file, and the kernel's console as it was.
    leave() {
      trap '' EXIT HUP INT TERM PIPE
      [ -z "$runner" ] || ends "$runner"
      [ -z "$watcher" ] || ends "$watcher"
      [ -z "$console" ] || echo "$console" >/proc/sys/kernel/printk
      [ -z "$IMGV_DIR" ] || rm -rf "$IMGV_DIR"
    } 2>/dev/null

    # A private folder with the pipe in it; says false when there is no place for one.
    prepare() {
      umask 077
      runner='' watcher='' console='' IMGV_DIR=''
      trap leave EXIT
      trap 'exit 1' HUP INT TERM PIPE
      for base in "${TMPDIR:-/tmp}" /run /var/tmp /dev/shm; do
        if mkdir "$base/imgverify.$IMGV_NAME" 2>/dev/null; then
          IMGV_DIR=$base/imgverify.$IMGV_NAME
          break
        fi
      done
      if [ -z "$IMGV_DIR" ] || ! mkfifo "$IMGV_DIR/pipe" || ! : >"$IMGV_DIR/recap" || ! : >"$IMGV_DIR/now"; then
        say trouble "no folder to work in: tried ${TMPDIR:-/tmp}, /run, /var/tmp, /dev/shm"
        return 1
      fi
      IMGV_SESSION=''
      ! command -v setsid >/dev/null || IMGV_SESSION=setsid
      # shellcheck disable=SC2086 # no word at all without setsid
      $IMGV_SESSION sh -c "$IMGV_WATCH" watch "$IMGV_DIR" "$IMGV_SESSION" </dev/null >/dev/null 2>&1 &
      watcher=$!
      # Over the serial console the kernel writes between our lines; it stays silent for the time being.
      if [ "$EXPECT_TRANSPORT" = serial ] && read -r level rest 2>/dev/null </proc/sys/kernel/printk; then
        console="$level $rest"
        echo 1 2>/dev/null >/proc/sys/kernel/printk
      fi
    }

    """#
}
