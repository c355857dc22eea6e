using System.Net;
using System.Net.Security;
using System.Net.Sockets;
using System.Text.Json.Nodes;
using UwsgiIt.Tests.Common;

namespace UwsgiIt.Containerd.PrivilegedTests;

/// <summary>From a definition file to a request answered from inside.</summary>
public sealed class ServeTests
{
    private const string Application = """
        def application(environ, start_response):
            start_response("200 OK", [("Content-Type", "text/plain")])
            return [b"from the container"]
        """;

    [SkippableFact]
    public async Task Container_WithAUwsgiApplication_IsServedByTheRouter()
    {
        await using var host = await ContainerHost.StartAsync();
        await host.StartRouterAsync();
        host.AllowName("app.example.com");
        host.Define();
        await host.RunningAsync();
        host.WriteHome("app.py", Application);
        host.WriteHome("vassals/app.ini", """
            [uwsgi]
            plugin = python3
            master = true
            wsgi-file = /containers/30001/app.py
            domain = app.example.com
            subscribe-freq = 1
            """);
        await host.AnswersAsync("app.example.com", "from the container");

        // What pid 1 says of its vassals reaches the daemon, and the next daemon too.
        await LoyalAsync(host);
        host.Daemon.Signal("KILL");
        await host.Daemon.WaitAsync(60);
        await host.StartDaemonAsync();
        await LoyalAsync(host);
    }

    /// <summary>
    /// ssl-domain: the packet names certificate and key in the home, and the router serves the name with them. One that is not root gets the key, which
    /// only its customer may read, from the daemon.
    /// </summary>
    [SkippableTheory]
    [InlineData(null)]
    [InlineData(12_345u)]
    public async Task Vassal_WithACertificateOfItsOwn_IsServedWithIt(uint? user)
    {
        Skip.If(user is not null && !CanRun(user.Value), "another user than root cannot reach the programs here");
        await using var host = await ContainerHost.StartAsync(settings => settings["Path"]!["HomeGroup"] = user ?? ContainerHost.FirstUid);
        var secure = new IPEndPoint(IPAddress.Loopback, ContainerHost.FreePort());
        await host.StartRouterAsync(
            settings =>
            {
                settings["Listener"]!["Endpoints"]!.AsArray().Add((JsonNode)new JsonObject { ["Address"] = secure.ToString(), ["Tls"] = true });
                settings["Certificate"] = new JsonObject { ["FileBroker"] = host.RuntimeDirectory + "/files.sock" };
            },
            user);
        host.AllowName("secure.example.com");
        host.Define();
        await host.RunningAsync();
        var certificate = TestCertificates.Server("secure.example.com");
        host.WriteHome("etc/secure.crt", certificate.CertificatePem);
        host.WriteHome("etc/secure.key", certificate.KeyPem);
        File.SetUnixFileMode(host.Home("etc/secure.key"), UnixFileMode.UserRead);
        host.WriteHome("app.py", Application);
        host.WriteHome("vassals/secure.ini", """
            [uwsgi]
            plugin = python3
            master = true
            wsgi-file = /containers/30001/app.py
            ssl-domain = secure.example.com /containers/30001/etc/secure.key /containers/30001/etc/secure.crt
            subscribe-freq = 1
            """);
        await host.AnswersAsync("secure.example.com", "from the container");
        byte[]? seen = null;
        using var client = new HttpClient(new SocketsHttpHandler
        {
            ConnectCallback = async (_, cancellationToken) =>
            {
                var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
                await socket.ConnectAsync(secure, cancellationToken);
                return new NetworkStream(socket, ownsSocket: true);
            },
            SslOptions = new SslClientAuthenticationOptions
            {
                RemoteCertificateValidationCallback = (_, found, _, _) => (seen = found?.GetRawCertData()) is not null,
            },
        })
        { Timeout = TimeSpan.FromSeconds(60) };
        Assert.Equal("from the container", await client.GetStringAsync("https://secure.example.com/"));
        Assert.Equal(certificate.Certificate.RawData, seen);
    }

    /// <summary>The daemon's part of it, asked for by hand.</summary>
    [SkippableFact]
    public async Task Files_AreOpenedAsTheirCustomer_ForTheRoutersGroupOnly()
    {
        await using var host = await ContainerHost.StartAsync(static settings => settings["Path"]!["HomeGroup"] = 12_345);
        host.Define();
        await host.RunningAsync();
        host.WriteHome("etc/own.key", "the key");
        File.SetUnixFileMode(host.Home("etc/own.key"), UnixFileMode.UserRead);
        File.WriteAllText(host.Home("etc/roots.key"), "not the customer's");
        File.SetUnixFileMode(host.Home("etc/roots.key"), UnixFileMode.UserRead);
        File.CreateSymbolicLink(host.Home("etc/link.key"), "own.key");
        File.SetUnixFileMode(host.Folder.Path, (UnixFileMode)0x1C9);
        const string Etc = "/containers/30001/etc";
        foreach (var (gid, request, expected) in new[]
        {
            (12_345, $"30001 {Etc}/own.key", "the key"),
            (12_345, $"30001 {Etc}/roots.key", "errno 13"),
            (12_345, $"30001 {Etc}/link.key", "errno 40"),
            (12_345, $"30001 {Etc}/../etc/own.key", "not below"),
            (12_345, $"30002 {Etc}/own.key", "not below"),
            (12_345, "0 /etc/shadow", "not below"),
            (12_345, $"30001 {Etc}", "not a regular file"),
            (12_345, "rubbish", "no request"),
            (12_346, $"30001 {Etc}/own.key", "nothing"),
        })
        {
            using var client = new ChildProcess("setpriv", ["--reuid=12345", $"--regid={gid}", "--clear-groups", "/usr/bin/python3", "-c", """
                import os, socket, sys
                with socket.socket(socket.AF_UNIX, socket.SOCK_SEQPACKET) as s:
                    s.connect(sys.argv[1])
                    try:
                        s.send(sys.argv[2].encode())
                        text, files, _, _ = socket.recv_fds(s, 256, 1)
                    except OSError:
                        text, files = b'', []
                    print(os.read(files[0], 100).decode() if files else text.decode() or 'nothing')
                """, host.RuntimeDirectory + "/files.sock", request]);
            Assert.Equal(0, await client.WaitAsync(60));
            client.Process.WaitForExit();
            Assert.True(client.Output.Contains(expected, StringComparison.Ordinal), $"{request}: {client.Output}");
        }
    }

    private static bool CanRun(uint user)
    {
        using var look = System.Diagnostics.Process.Start("setpriv", [$"--reuid={user}", $"--regid={user}", "--clear-groups", "test", "-r", Programs.Assembly("uwsgiit-router")]);
        look.WaitForExit();
        return look.ExitCode == 0;
    }

    /// <summary>A distro of i386 programs: pid 1 is a 64-bit program, nothing else is.</summary>
    [SkippableFact]
    public async Task Container_Of32BitPrograms_IsServed_UnderTheSameFilter()
    {
        await using var host = await ContainerHost.StartAsync();
        ContainerHost.PrepareDistro(Programs.Distro32Bit);
        await host.StartRouterAsync();
        host.AllowName("small.example.com");
        host.Define(change: static definition => definition["distro"] = Programs.Distro32Bit);
        host.Define(30_002);
        await host.RunningAsync();
        host.WriteHome("app.py", """
            import struct
            def application(environ, start_response):
                start_response("200 OK", [("Content-Type", "text/plain")])
                return [b"%d bits" % (8 * struct.calcsize("P"))]
            """);
        host.WriteHome("vassals/app.ini", """
            [uwsgi]
            plugin = python3
            master = true
            threads = 2
            wsgi-file = /containers/30001/app.py
            domain = small.example.com
            subscribe-freq = 1
            """);
        await host.AnswersAsync("small.example.com", "32 bits");

        // mount, umount2, pivot_root, unshare, setns, keyctl, bpf, io_uring_setup, perf_event_open, by i386's numbers; clone3.
        var (code, output) = await host.ExecuteAsync(ContainerHost.FirstUid, 60, "python3", "-c", """
            import ctypes, errno
            libc = ctypes.CDLL(None, use_errno=True)
            def call(number, *arguments):
                libc.syscall(number, *arguments)
                return errno.errorcode[ctypes.get_errno()]
            print(*[call(number, 0x10000000, 0, 0, 0, 0) for number in (21, 52, 217, 310, 346, 288, 357, 425, 336)], call(435, 0, 0))
            print(*[line.split()[1] for line in open('/proc/self/status') if line.startswith(('NoNewPrivs', 'Seccomp:', 'CapEff', 'CapBnd'))])
            """);
        Assert.True(code == 0, output);
        Assert.Equal(["EPERM EPERM EPERM EPERM EPERM EPERM EPERM EPERM EPERM ENOSYS", "0000000000000000 0000000000000000 1 2"], output.Trim().Split('\n'));

        // In a 64-bit distro a program of i386 is killed at its first call (128 + SIGSYS); x32 calls are killed everywhere.
        await host.RunningAsync(30_002);
        foreach (var (uid, expected) in ((uint, int)[])[(ContainerHost.FirstUid, 42), (30_002, 159)])
        {
            var program = host.Home("exit42", uid);
            File.WriteAllBytes(program, Exit42);
            File.SetUnixFileMode(program, (UnixFileMode)0x1ED);
            (code, output) = await host.ExecuteAsync(uid, 60, $"/containers/{uid}/exit42");
            Assert.True(code == expected, $"{code} {output}");
        }

        (code, output) = await host.ExecuteAsync(30_002, 60, "python3", "-c", "import ctypes\nctypes.CDLL(None).syscall(0x40000000 + 39)");
        Assert.True(code == 159, $"{code} {output}");
    }

    /// <summary>exit(42) by int 0x80, as an ELF program of i386 (elf(5)): header, one segment, code.</summary>
    private static byte[] Exit42 =>
    [
        0x7F, 0x45, 0x4C, 0x46, 1, 1, 1, 0, 0, 0, 0, 0, 0, 0, 0, 0, 2, 0, 3, 0, 1, 0, 0, 0, 0x54, 0x80, 4, 8, 52, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 52, 0, 32, 0, 1, 0, 0, 0, 0, 0, 0, 0,
        1, 0, 0, 0, 0, 0, 0, 0, 0, 0x80, 4, 8, 0, 0x80, 4, 8, 96, 0, 0, 0, 96, 0, 0, 0, 5, 0, 0, 0, 0, 0x10, 0, 0,
        0xB8, 1, 0, 0, 0, 0xBB, 42, 0, 0, 0, 0xCD, 0x80,
    ];

    private static Task LoyalAsync(ContainerHost host) => Eventually.TrueAsync(
        async () => (await host.ContainerAsync())!.Value.GetProperty("vassals").TryGetProperty("app.ini", out var state) && state.GetString() == "loyal", "the vassal's state is known", 60);
}
