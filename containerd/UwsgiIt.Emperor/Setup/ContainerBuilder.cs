using Microsoft.Win32.SafeHandles;
using UwsgiIt.Containerd.Contracts;
using UwsgiIt.Linux;
using UwsgiIt.Linux.Isolation;

namespace UwsgiIt.Emperor.Setup;

/// <summary>
/// Root of the host in the container's namespaces, all but the user namespace: makes what pid 1, which may be in one, has no right to make, moves
/// itself and pid 1 into the new root, and ends. Nothing of the customer's is executed before it has.
/// </summary>
internal static class ContainerBuilder
{
    public static int Run()
    {
        using var report = new StageReport();
        return report.Try(() =>
        {
            ThreadCredentials.SetUndumpable();
            report.Step("read the description");
            var description = StageInput.Read(ContainerJson.Default.StartDescription);
            report.Step("wait for the daemon");
            report.WaitForGo();
            Build(description, report.Step);
            report.Say(StartDescription.Built);
        }) ? 0 : 70;
    }

    private static void Build(StartDescription description, Action<string> step)
    {
        // 1. The host's files. Nothing we mount reaches the host, nothing the host mounts reaches us.
        step("cut the mounts off from the host");
        MountTree.MakeAllPrivate();

        // 2. The home, by descriptor: the customer may be changing it as we work.
        step("prepare the home");
        using var home = HomePreparation.Run(description);

        // 3. The container's files, each mount made by descriptor and with its attributes before anybody can see it.
        step("build the root");
        using var owners = description.IdBase is null ? null : new SafeFileHandle(StartDescription.UserNamespaceDescriptor, ownsHandle: true);
        using var root = new RootBuilder(description, home, owners);
        root.Build();

        step("set the kernel's values");
        Namespaces.SetHostName(description.HostName);
        Namespaces.RaiseLoopback();
        KernelValues.Set(root.Proc, description);
        root.Seal();

        step("make the log");
        StandardStreams.MakeLog(description, home);

        // 4. From here on the host's files are gone, for pid 1 too: its root is the one that goes.
        step("change the root");
        root.Enter();
    }
}
