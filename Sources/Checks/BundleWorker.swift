import Model

/// The shell that runs the checks of a bundle: one process for all of them, and one more, a subshell, for each.
///
/// It is run as `sh FILE FOLDER SESSION FROM STATUS BEGAN`: checks before number FROM are done; FROM itself has ended
/// the last worker if there is a STATUS, and is only reported. It writes into FOLDER:
///
///     now        NUMBER WORKER SECONDS BEGAN PROCESS   a line for each check that was begun, PROCESS only where there
///                                                      are no sessions; only added to: to truncate is dear on ext4
///     late       NUMBER                        the check that was ended because its time was up
///     out.N      output of check N             report.N   its reasons and notes
///     left.N     empty: check N has left something running; the worker ends after it, and that with it
///     recap      the recap lines
///
/// Exit status 0 means that all up to the last check in `now` is reported.
enum BundleWorker {
  /// The whole worker.
  ///
  /// Every name of its own begins with `imgv_`, since a check sees all that is there.
  static func script(mark: String, helpers: String, checks: [(check: GuestCheck, seconds: Int)]) -> String {
    var script = "imgv_mark='\(mark)' imgv_bytes=\(BundleDriver.outputLimit) "
    script += "imgv_blocks=\(BundleDriver.outputLimit / 512) imgv_lines=\(BundleDriver.reportLimit)\n"
    script += functions
    script += "# The helpers, once for all checks; what a check needs is asked by its first line.\nIMGVERIFY_NEEDS=''\n"
    script += helpers
    for (index, item) in checks.enumerated() {
      script += "imgv_check \(index + 1) \(item.check.id) \(item.seconds) \(shellQuoted(body(item.check)))\n"
    }
    script += "imgv_leave\n"
    return script
  }

  /// The body as a subshell evaluates it: in place of the line that reads the helpers, what follows upon that.
  private static func body(_ check: GuestCheck) -> String {
    let needs = check.needs.map { " " + shellQuoted($0) }.joined()
    let rest = check.body.hasPrefix(GuestCheck.helperLine) ? check.body.dropFirst(GuestCheck.helperLine.count) : "\n"
    return "set --; unset imgv_mark; needs\(needs)" + rest
  }

  static let functions = #"""
    imgv_dir=$1 imgv_session=$2 imgv_from=$3 imgv_status=$4 imgv_began=$5
    export IMGVERIFY_REPORT
    exec 3>>"$imgv_dir/recap" 4>>"$imgv_dir/now"
    # Output beyond the limit is an error for the one who writes it, not his death.
    trap '' XFSZ
    # A check that kills its parent means this shell. Some shells keep PPID as it is.
    # shellcheck disable=SC2030 # to try it is all that is wanted
    ! (PPID=$$) 2>/dev/null || PPID=$$

    # Sets imgv_now: hundredths of a second; only differences mean something.
    imgv_clock() {
      imgv_now=0
      if [ -r /proc/uptime ]; then
        read -r imgv_now _ </proc/uptime
        imgv_now=${imgv_now%.*}${imgv_now#*.}
      else
        imgv_now=$(date +%s)00
      fi
    }

    # Ends the check whose time is up, with this worker and all that its checks have started. Looks once a second: a
    # process or two for each check would cost more than most checks do.
    imgv_watch() {
      imgv_last=''
      while sleep 1; do
        imgv_id='' imgv_worker=$$
        [ -e "$imgv_dir/now" ] || exit
        while read -r imgv_a imgv_b imgv_c _ imgv_d; do
          imgv_id=$imgv_a imgv_worker=$imgv_b imgv_limit=$imgv_c imgv_process=$imgv_d
        done <"$imgv_dir/now"
        [ -n "$imgv_session" ] || [ "$imgv_worker" = "$$" ] || exit
        if [ -z "$imgv_id" ] || [ "$imgv_id" != "$imgv_last" ]; then
          imgv_last=$imgv_id imgv_ticks=0
          continue
        fi
        imgv_ticks=$((imgv_ticks + 1))
        [ "$imgv_ticks" -ge "$imgv_limit" ] || continue
        echo "$imgv_id" >"$imgv_dir/late"
        [ -z "$imgv_session" ] || kill -s KILL -- "-$$"
        # shellcheck disable=SC2086 # no word at all when there is none
        kill -s KILL $$ $imgv_process
        exit
      done
    }
    imgv_watch >/dev/null 2>&1 3>&- 4>&- &
    imgv_watcher=$!

    # The end of this worker, at the end of a check.
    imgv_leave() {
      [ -n "$imgv_session" ] || kill -s KILL "$imgv_watcher"
      exit 0
    }

    # imgv_run BODY: the check itself, in a subshell.
    imgv_run() {
      # shellcheck disable=SC3045 # only the soft limit where the shell can, so that a check can raise it
      ulimit -S -f "$imgv_blocks" 2>/dev/null || ulimit -f "$imgv_blocks"
      # shellcheck disable=SC2154 # set in imgv_check
      trap '[ "$!" = "$imgv_job" ] || : >"$imgv_dir/left.$imgv_number"' EXIT
      eval "$1"
    }

    # imgv_check NUMBER ID SECONDS BODY
    imgv_check() {
      [ "$1" -ge "$imgv_from" ] || return 0
      if [ -z "$imgv_status" ]; then
        imgv_began=$imgv_now imgv_number=$1 imgv_job=$!
        echo "$1 $$ $3 $imgv_began" >&4
        printf '%s begin %s\n' "$imgv_mark" "$2"
        IMGVERIFY_REPORT=$imgv_dir/report.$1
        # Nothing may be around the subshell that asks for its status: 'set -e' would not work in it.
        if [ -n "$imgv_session" ]; then
          (imgv_run "$4") >"$imgv_dir/out.$1" 2>&1 3>&- 4>&-
          imgv_status=$?
        else
          (imgv_run "$4") >"$imgv_dir/out.$1" 2>&1 3>&- 4>&- &
          echo "$1 $$ $3 $imgv_began $!" >&4
          wait "$!"
          imgv_status=$?
        fi
        imgv_clock
      fi
      imgv_end "$1" "$2" "$imgv_status" "$((imgv_now - imgv_began))"
      imgv_status=''
      [ ! -e "$imgv_dir/left.$1" ] || imgv_leave
    }

    # imgv_end NUMBER ID STATUS HUNDREDTHS: reports a check.
    imgv_end() {
      if [ -s "$imgv_dir/report.$1" ]; then
        imgv_count=0
        while [ "$imgv_count" -lt "$imgv_lines" ] && { IFS= read -r imgv_line || [ -n "$imgv_line" ]; }; do
          printf '%s %s %s %.16384s\n' "$imgv_mark" "${imgv_line%% *}" "$2" "${imgv_line#* }"
          imgv_count=$((imgv_count + 1))
        done <"$imgv_dir/report.$1"
      fi
      case $3 in
        0 | 77) ;;
        *)
          head -c "$imgv_bytes" "$imgv_dir/out.$1" | sed "s/^/$imgv_mark out $2 /"
          echo
          ;;
      esac
      printf '%s end %s %s %s\n' "$imgv_mark" "$2" "$3" "$4"
      printf '%s recap %s %s %s\n' "$imgv_mark" "$2" "$3" "$4" >&3
    }

    imgv_clock

    """#
}
