using UwsgiIt.Containerd.Diagnostics;

namespace UwsgiIt.Containerd.Tests;

public sealed class HostSettingsTests
{
    [Fact]
    public void WhatIsWeaker_IsNamed_WhatIsAbsentIsNot()
    {
        var settings = new Dictionary<string, string>
        {
            ["kernel/kptr_restrict"] = "0\n", ["kernel/perf_event_paranoid"] = "3\n", ["fs/suid_dumpable"] = "2\n", ["kernel/yama/ptrace_scope"] = "1\n", ["kernel/core_pattern"] = "|/usr/lib/crash %p\n",
        };
        Assert.Equal(
            ["kernel.kptr_restrict is 0, not at least 1", "fs.suid_dumpable is 2, not at most 0", "kernel.core_pattern is a program of the host's, which a customer's process can start by crashing"],
            HostSettings.Faults(settings.GetValueOrDefault));
        Assert.Empty(HostSettings.Faults(static _ => null));
    }
}
