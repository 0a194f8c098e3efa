/// The shell text around the checks of a bundle: it waits, has workers run one check after the other
/// (``BundleWorker``), and stays alive whatever a check does to them.
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
/// It needs of a guest: a POSIX sh, mkdir, cat, head -c, sed, sleep, rm; and setsid, if checks that start processes of
/// their own are to be ended with all of them.
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

    # Sets number, began and process to those of the check that was begun last.
    latest() {
      number='' began='' process=''
      while read -r first _ _ second third; do
        number=$first began=$second process=$third
      done <"$IMGV_DIR/now"
    }

    # ends PROCESS: kills what is left of a worker's session; without sessions, the check that it was at.
    ends() {
      latest
      if [ -n "$IMGV_SESSION" ]; then
        kill -s KILL -- "-$1"
      elif [ -n "$process" ]; then
        kill -s KILL "$process"
      fi
    } 2>/dev/null

    # work COUNT: has workers run the checks 1 to COUNT, a new one wherever one was ended: by the time limit, by its
    # check, by a lack of memory. The next one then reports that check before it goes on.
    work() {
      from=1 status='' began='' died=''
      while [ "$from" -le "$1" ]; do
        # shellcheck disable=SC2086 # no word at all without setsid
        $IMGV_SESSION sh "$IMGV_DIR/work" "$IMGV_DIR" "$IMGV_SESSION" "$from" "$status" "$began" </dev/null &
        worker=$!
        wait "$worker"
        status=$?
        if [ -n "$IMGV_SESSION" ] || [ "$status" -ne 0 ]; then ends "$worker"; else latest; fi
        worker='' late=''
        [ ! -s "$IMGV_DIR/late" ] || read -r late <"$IMGV_DIR/late"
        if [ "${number:-0}" -lt "$from" ] || { [ "$status" -ne 0 ] && [ "$number" = "$died" ]; }; then
          say trouble "the shell that runs the checks ended with status $status"
          return
        fi
        if [ "$status" -eq 0 ]; then # at the end, or because a check left something running
          from=$((number + 1)) status=''
        elif [ -n "$late" ] && [ "$late" != "$number" ]; then # meant for a check that was done just then: again
          from=$number status=''
        else
          [ -z "$late" ] || status=timeout
          from=$number died=$number
        fi
        [ -z "$late" ] || : >"$IMGV_DIR/late"
      done
    }

    # Leaves nothing behind: no process, no file, and the kernel's console as it was.
    leave() {
      trap '' EXIT HUP INT TERM PIPE
      if [ -n "$worker" ]; then
        kill -s KILL "$worker"
        ends "$worker"
      fi
      [ -z "$console" ] || echo "$console" >/proc/sys/kernel/printk
      [ -z "$IMGV_DIR" ] || rm -rf "$IMGV_DIR"
    } 2>/dev/null

    # A private folder; says false when there is no place for one.
    prepare() {
      umask 077
      worker='' console='' IMGV_DIR=''
      trap leave EXIT
      trap 'exit 1' HUP INT TERM PIPE
      for base in "${TMPDIR:-/run}" /tmp /var/tmp /dev/shm; do
        if mkdir "$base/imgverify.$IMGV_NAME" 2>/dev/null; then
          IMGV_DIR=$base/imgverify.$IMGV_NAME
          break
        fi
      done
      if [ -z "$IMGV_DIR" ] || ! : >"$IMGV_DIR/recap" || ! : >"$IMGV_DIR/now"; then
        say trouble "no folder to work in: tried ${TMPDIR:-/run}, /tmp, /var/tmp, /dev/shm"
        return 1
      fi
      IMGV_SESSION=''
      ! command -v setsid >/dev/null || IMGV_SESSION=setsid
      # Over the serial console the kernel writes between our lines; it stays silent for the time being.
      if [ "$EXPECT_TRANSPORT" = serial ] && read -r level rest 2>/dev/null </proc/sys/kernel/printk; then
        console="$level $rest"
        echo 1 2>/dev/null >/proc/sys/kernel/printk
      fi
    }

    """#
}
