using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using DnsClient;
using UwsgiIt.Tests.Common;

namespace UwsgiIt.Api.FunctionalTests.Domains;

/// <summary>A real authoritative DNS server (nsd) on loopback, with the zones a test gives it.</summary>
internal sealed class NameServer : IDisposable
{
    private readonly TempDirectory _directory = new();
    private readonly Process _process;

    private NameServer(string binary, IReadOnlyDictionary<string, string> zones, string address)
    {
        Port = FreePort(address);
        var configuration = $"server:\n  ip-address: {address}@{Port}\n  username: \"\"\n  chroot: \"\"\n  zonesdir: \"{_directory.Path}\"\n  pidfile: \"{_directory.File("pid")}\"\n  zonelistfile: \"{_directory.File("zones")}\"\n  xfrdfile: \"{_directory.File("xfrd")}\"\n  xfrdir: \"{_directory.Path}\"\n  server-count: 1\nremote-control:\n  control-enable: no\n";
        foreach (var (zone, records) in zones)
        {
            File.WriteAllText(_directory.File(zone + "zone"), $"$ORIGIN {zone}\n$TTL 60\n@ SOA ns.{zone} h.{zone} 1 60 60 60 60\n{records}\n");
            configuration += $"zone:\n  name: \"{zone}\"\n  zonefile: \"{zone}zone\"\n";
        }

        File.WriteAllText(_directory.File("conf"), configuration);
        _process = Process.Start(new ProcessStartInfo(binary, ["-d", "-c", _directory.File("conf")]) { RedirectStandardOutput = true, RedirectStandardError = true })!;
        _process.OutputDataReceived += static (_, _) => { };
        _process.ErrorDataReceived += static (_, _) => { };
        _process.BeginOutputReadLine();
        _process.BeginErrorReadLine();
        Address = new IPEndPoint(IPAddress.Parse(address), Port);
    }

    public IPEndPoint Address { get; }

    public int Port { get; }

    public static async Task<NameServer> StartAsync(IReadOnlyDictionary<string, string> zones, string address = "127.0.0.1")
    {
        const string binary = "/usr/sbin/nsd";
        Skip.IfNot(File.Exists(binary), "nsd is not installed");
        var server = new NameServer(binary, zones, address);
        var client = new LookupClient(new LookupClientOptions(server.Address) { Timeout = TimeSpan.FromMilliseconds(500), Retries = 0, UseCache = false, ThrowDnsErrors = false });
        using var deadline = new CancellationTokenSource(TimeSpan.FromSeconds(60));
        using var timer = new PeriodicTimer(TimeSpan.FromMilliseconds(100));
        while (true)
        {
            try
            {
                if ((await client.QueryAsync(zones.Keys.First(), QueryType.SOA, QueryClass.IN, deadline.Token)).Answers.Count > 0)
                {
                    return server;
                }
            }
            catch (DnsResponseException)
            {
                Assert.False(server._process.HasExited, "nsd ended");
            }

            await timer.WaitForNextTickAsync(deadline.Token);
        }
    }

    public void Dispose()
    {
        _process.Kill(entireProcessTree: true);
        _process.WaitForExit(TimeSpan.FromSeconds(20));
        _process.Dispose();
        _directory.Dispose();
    }

    private static int FreePort(string address)
    {
        // nsd takes the same port for udp and tcp; a free tcp port is free for udp too, nearly always.
        using var probe = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        probe.Bind(new IPEndPoint(IPAddress.Parse(address), 0));
        return ((IPEndPoint)probe.LocalEndPoint!).Port;
    }
}
