#!/bin/sh
# title: The kernel's clock source suits a virtual machine
# level: should
# clause: 56
# transports: ssh serial
# needs: path:/sys/devices/system/clocksource/clocksource0/current_clocksource
# timeout: 30
# remedy: remove clocksource=, notsc and no-kvmclock from the kernel command line; tsc=reliable keeps the best one.
#
# kvm-clock or tsc; hpet and acpi_pm where the machine offers no better, as an emulated processor may. A clock source
# that is forced on the command line is the builder's machine remembered.
. "${IMGVERIFY_HELPERS:-${0%/*}/../helpers.sh}"

base=$R/sys/devices/system/clocksource/clocksource0
read -r current <"$base/current_clocksource"
read -r available <"$base/available_clocksource" || available=$current
note "clocksource=$current of $available"
case $current in
  kvm-clock | tsc | hyperv_clocksource* | xen) ;;
  hpet | acpi_pm)
    case " $available " in
      *' kvm-clock '*) problem "expected kvm-clock, which the hypervisor offers, found $current" ;;
    esac
    ;;
  *) problem "expected the clock source kvm-clock, tsc, hpet or acpi_pm, found $current" ;;
esac
if [ -r "$R/proc/cmdline" ]; then
  read -r line <"$R/proc/cmdline"
  for word in $line; do
    case $word in
      clocksource=tsc | clocksource=kvm-clock) ;;
      clocksource=* | notsc | no-kvmclock | tsc=unstable | hpet=force)
        problem "expected no clock forced on the kernel's command line, found $word"
        ;;
    esac
  done
fi
conclude
