namespace UwsgiIt.Containerd.PrivilegedTests;

/// <summary>What these tests need of a machine; without it they skip and say so.</summary>
internal static class Requirements
{
    public static void Check()
    {
        Skip.IfNot(Environment.IsPrivilegedProcess, "not root");
        Skip.IfNot(Directory.Exists("/sys/fs/cgroup/memory") || File.Exists("/sys/fs/cgroup/cgroup.controllers"), "no cgroups are mounted");
    }
}
