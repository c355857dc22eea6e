using System.Globalization;
using System.Net.Sockets;
using UwsgiIt.Tests.Common;

namespace UwsgiIt.Containerd.PrivilegedTests;

/// <summary>
/// Debian's sshd with the lines of deploy/ssh, on loopback, in the mount namespace of a <see cref="ContainerHost"/>: there the relay is installed,
/// users come from libnss-extrausers, and /run/uwsgiit is the daemon's.
/// </summary>
internal sealed class SshServer
{
    private readonly ContainerHost _host;
    private readonly int _port = ContainerHost.FreePort();

    private SshServer(ContainerHost host) => _host = host;

    private string User { get; } = ContainerHost.FirstUid.ToString(CultureInfo.InvariantCulture);

    /// <summary>A host whose daemon writes the files of sshd's users.</summary>
    public static Task<ContainerHost> StartHostAsync()
    {
        Skip.IfNot(File.Exists("/usr/sbin/sshd") && File.Exists("/usr/bin/sftp"), "OpenSSH is not installed (openssh-server, openssh-client)");
        Skip.IfNot(Directory.EnumerateFiles("/usr/lib", "libnss_extrausers.so.2", new EnumerationOptions { RecurseSubdirectories = true, MaxRecursionDepth = 1 }).Any(), "libnss-extrausers is not installed");
        ContainerHost.PrepareDistro(Programs.LanguageDistro);
        return ContainerHost.StartAsync(static settings => settings["Login"] = new System.Text.Json.Nodes.JsonObject { ["ExtrausersDirectory"] = Path.GetDirectoryName((string)settings["Path"]!["StateDirectory"]!) + "/extrausers" });
    }

    public static async Task<SshServer> StartAsync(ContainerHost host)
    {
        var server = new SshServer(host);
        var folder = host.Folder;
        Directory.CreateDirectory(folder.File("extrausers"));
        File.WriteAllText(folder.File("sshd_config"), $"""
            ListenAddress 127.0.0.1:{server._port}
            HostKey {folder.File("host_key")}
            PidFile none
            UsePAM yes
            PermitRootLogin no
            AllowTcpForwarding yes
            AcceptEnv LANG LC_*
            Subsystem sftp internal-sftp
            Include {Captures.SourceRoot}/deploy/ssh/uwsgiit.conf

            """);
        ContainerHost.Shell("ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", folder.File("host_key"));
        ContainerHost.Shell("ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", folder.File("key"));
        ContainerHost.Shell("ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", folder.File("other_key"));
        var sshd = host.Inside("sh", "-ec", $"""
            mkdir -p /usr/lib/uwsgiit /run/uwsgiit /run/sshd /var/lib/extrausers
            mount -t tmpfs -o mode=755 none /usr/lib/uwsgiit
            install -m 755 '{Programs.Relay}' /usr/lib/uwsgiit/uwsgiit-relay
            mount --bind '{folder.File("run")}' /run/uwsgiit
            mount --bind '{folder.File("extrausers")}' /var/lib/extrausers
            sed 's/^\(passwd\|group\|shadow\):.*files/& extrausers/' /etc/nsswitch.conf >'{folder.File("nsswitch.conf")}'
            mount --bind '{folder.File("nsswitch.conf")}' /etc/nsswitch.conf
            exec /usr/sbin/sshd -D -e -f '{folder.File("sshd_config")}'
            """);
        await Eventually.TrueAsync(async () => sshd.Process.HasExited ? throw new InvalidOperationException(sshd.Output) : await server.ListensAsync(), "sshd listens", 60);
        server.Log = () => sshd.Output;
        return server;
    }

    /// <summary>What sshd has said.</summary>
    public Func<string> Log { get; private set; } = static () => "";

    /// <summary>The customer's public key, as a definition has it.</summary>
    public static string PublicKey(ContainerHost host) => File.ReadAllText(host.Folder.File("key.pub")).Trim();

    /// <summary>ssh as the customer of a container: options, then what to run.</summary>
    public Task<(int Code, string Output)> RunAsync(params string[] words) => RunAsAsync(User, "key", words);

    /// <summary>ssh as somebody, with a key by name of its file.</summary>
    public async Task<(int Code, string Output)> RunAsAsync(string user, string key, params string[] words)
    {
        var options = words.TakeWhile(static word => word.StartsWith('-')).ToList();
        return await OutputAsync("ssh", ["-p", Port, .. Options(key), .. options, $"{user}@127.0.0.1", .. words.Skip(options.Count)]);
    }

    /// <summary>scp or sftp, whose options are alike; "remote:" in front of a path is the container.</summary>
    public Task<(int Code, string Output)> CopyAsync(string program, params string[] words) =>
        OutputAsync(program, ["-P", Port, .. Options("key"), .. words.Select(word => word.Replace("remote:", $"{User}@127.0.0.1:", StringComparison.Ordinal))]);

    public Task<(int Code, string Output)> SynchroniseAsync(params string[] words) =>
        OutputAsync("rsync", ["-e", $"ssh -p {Port} {string.Join(' ', Options("key"))}", .. words.Select(word => word.Replace("remote:", $"{User}@127.0.0.1:", StringComparison.Ordinal))]);

    /// <summary>A session on a terminal of that size, which script(1) gives the client.</summary>
    public Task<(int Code, string Output)> OnTerminalAsync(int rows, int columns, string command) =>
        OutputAsync("script", ["-qec", $"stty rows {rows} cols {columns}; exec ssh -tt -p {Port} {string.Join(' ', Options("key"))} {User}@127.0.0.1 '{command}'", "/dev/null"]);

    /// <summary>A client that goes on until it is disposed of.</summary>
    public ChildProcess Open(params string[] words) => new("ssh", ["-p", Port, .. Options("key"), $"{User}@127.0.0.1", .. words]);

    private string Port => _port.ToString(CultureInfo.InvariantCulture);

    private string[] Options(string key) =>
        ["-F", "none", "-i", _host.Folder.File(key), "-o", "BatchMode=yes", "-o", "IdentitiesOnly=yes", "-o", "StrictHostKeyChecking=no", "-o", "UserKnownHostsFile=" + _host.Folder.File("known_hosts"), "-o", "LogLevel=ERROR"];

    private static async Task<(int Code, string Output)> OutputAsync(string program, IEnumerable<string> words)
    {
        using var client = new ChildProcess(program, words);
        var code = await client.WaitAsync(120);
        client.Process.WaitForExit();
        return (code, client.Output.TrimEnd());
    }

    private async Task<bool> ListensAsync()
    {
        try
        {
            using var client = new TcpClient();
            await client.ConnectAsync(System.Net.IPAddress.Loopback, _port);
            return true;
        }
        catch (SocketException)
        {
            return false;
        }
    }
}
