using System.Diagnostics.CodeAnalysis;
using System.Text;
using System.Text.Json;
using UwsgiIt.Containerd.Contracts;
using UwsgiIt.Emperor.Announcing;
using UwsgiIt.Emperor.Supervision;
using UwsgiIt.Linux;
using UwsgiIt.Linux.Isolation;

namespace UwsgiIt.Emperor.Setup;

/// <summary>
/// The way from "root in new namespaces, with the host's files in sight" to "pid 1 of a container with three capabilities". Runs on the main
/// thread, which is the one that starts everything later; nothing of the customer's is executed before the last step.
/// </summary>
internal static class ContainerSetup
{
    /// <summary>Builds the container around us. False: the daemon was told why, and we exit.</summary>
    public static bool TryRun([NotNullWhen(true)] out SupervisorSettings? settings)
    {
        settings = null;
        using var report = PacketSocket.Adopt(StartDescription.ReportDescriptor, "report");
        var step = "read the description";
        try
        {
            var description = StageInput.Read(ContainerJson.Default.StartDescription);
            step = "wait for the daemon";
            StageInput.WaitForGo(report);
            settings = Run(description, name => step = name);
            report.Send(Encoding.UTF8.GetBytes(StartDescription.Ready));
            return true;
        }
        catch (Exception e) when (e is IOException or JsonException or UnauthorizedAccessException or ArgumentException or InvalidOperationException)
        {
            settings = null;
            try
            {
                report.Send(Encoding.UTF8.GetBytes($"{step}: {e.Message}"));
            }
            catch (LinuxException)
            {
                // The daemon is gone; whoever comes next finds our cgroup and removes it.
            }

            return false;
        }
    }

    private static SupervisorSettings Run(StartDescription description, Action<string> step)
    {
        // 1. Root, the host's files. Nothing we mount reaches the host, nothing the host mounts reaches us.
        step("cut the mounts off from the host");
        Namespaces.Unshare(NamespaceKinds.Cgroup);
        MountTree.MakeAllPrivate();

        // The daemon's own may be far below zero. Where it cannot be lowered it was not below.
        OomScore.TrySet(OomScore.PidOne);
        ThreadCredentials.JoinNewKeyring();
        ThreadCredentials.SetUndumpable();

        // 2. The home, by descriptor: the customer may be changing it as we work.
        step("prepare the home");
        using var home = HomePreparation.Run(description);

        // 3. The container's files, each mount made by descriptor and with its attributes before anybody can see it.
        step("build the root");
        using var root = new RootBuilder(description, home);
        root.Build();

        step("set the kernel's values");
        Namespaces.SetHostName(description.HostName);
        Namespaces.RaiseLoopback();
        KernelValues.Set(root.Proc, description);
        root.Seal();

        // The library that signs is loaded from the host's files, or never.
        step("prepare the key");
        string? keyFault = null;
        var signer = description.PrivateKey is { } pem ? SigningKey.Prepare(pem, out keyFault) : null;

        // 4. From here on the host's files are gone.
        step("change the root");
        root.Enter();

        // 5. Still root, the container's files. The log is opened as the customer would open it.
        step("open the log");
        StandardStreams.Redirect(description, home);

        step("set limits");
        ProcessLimits.Set(description.OpenFiles);

        // 6. No longer root: a uid of our own, three capabilities, and the customer's own eyes for files.
        step("give up rights");
        Rights.BecomePidOne(description);
        return SettingsOf(description) with { Signer = signer, SignerFault = keyFault };
    }

    private static SupervisorSettings SettingsOf(StartDescription description)
    {
        var home = $"{description.ContainersRoot.TrimEnd('/')}/{description.Uid}";
        return new SupervisorSettings
        {
            Uid = description.Uid,
            Gid = description.Uid,
            Home = home,
            VassalDirectory = $"{home}/vassals",
            LogFile = $"{home}/logs/emperor.log",
            Hostname = description.HostName,
            SubscribeSocket = "/run/subscribe/http",
            RcLocal = $"{home}/etc/rc.local",
            ControlDescriptor = StartDescription.ControlDescriptor,
            NoFollow = description.NoFollow,
        };
    }
}
