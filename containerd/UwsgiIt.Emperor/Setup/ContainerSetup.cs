using System.Diagnostics.CodeAnalysis;
using Microsoft.Win32.SafeHandles;
using UwsgiIt.Containerd.Contracts;
using UwsgiIt.Emperor.Announcing;
using UwsgiIt.Emperor.Supervision;
using UwsgiIt.Linux.Isolation;

namespace UwsgiIt.Emperor.Setup;

/// <summary>
/// Pid 1's way from the daemon to three capabilities: loaded from the host's files, it waits until <see cref="ContainerBuilder"/> has moved it into the
/// container's. Runs on the main thread, which is the one that starts everything later. It is root, of its user namespace or of the host.
/// </summary>
internal static class ContainerSetup
{
    /// <summary>Becomes pid 1 of the container. False: the daemon was told why, and we exit.</summary>
    public static bool TryRun([NotNullWhen(true)] out SupervisorSettings? settings)
    {
        SupervisorSettings? made = null;
        using var report = new StageReport();
        var isDone = report.Try(() =>
        {
            made = Run(report);
            report.Say(StartDescription.Ready);
        });
        settings = isDone ? made : null;
        return isDone;
    }

    private static SupervisorSettings Run(StageReport report)
    {
        // 1. Root, the host's files.
        ThreadCredentials.SetUndumpable();
        new SafeFileHandle(StartDescription.ProgramDescriptor, ownsHandle: true).Dispose();
        report.Step("read the description");
        var description = StageInput.Read(ContainerJson.Default.StartDescription);
        report.Step("wait for the daemon");
        report.WaitForGo();
        report.Step("take a cgroup namespace and a keyring");
        Namespaces.Unshare(NamespaceKinds.Cgroup);
        ThreadCredentials.JoinNewKeyring();

        // The library that signs is loaded from the host's files, or never.
        report.Step("prepare the key");
        string? keyFault = null;
        var signer = description.PrivateKey is { } pem ? SigningKey.Prepare(pem, out keyFault) : null;
        report.Say(StartDescription.Loaded);

        // 2. Root still, the container's files. The log is opened as the customer would open it.
        report.Step("wait for the builder");
        report.WaitForGo();
        report.Step("open the log");
        ThreadCredentials.UseFilesAs(description.Uid, description.Uid);
        StandardStreams.Redirect(HomeOf(description), description.Uid);
        report.Step("set limits");
        ProcessLimits.Set(description.OpenFiles);

        // 3. No longer root: a uid of our own, three capabilities, and the customer's own eyes for files.
        report.Step("give up rights");
        Rights.BecomePidOne(description);
        if (description.HasProfile)
        {
            report.Step("go under the profile");
            AppArmor.Enter();
        }

        return SettingsOf(description) with { Signer = signer, SignerFault = keyFault };
    }

    private static string HomeOf(StartDescription description) => $"{description.ContainersRoot.TrimEnd('/')}/{description.Uid}";

    private static SupervisorSettings SettingsOf(StartDescription description)
    {
        var home = HomeOf(description);
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
