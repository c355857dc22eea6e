using System.Diagnostics;
using UwsgiIt.Linux.Networking;
using UwsgiIt.Network.Firewall;
using UwsgiIt.NetworkLab;

namespace UwsgiIt.TuntapBench;

/// <summary>The original: uWSGI's tuntap plugin as Debian ships it, one router process and one device process a container.</summary>
internal sealed class OriginalPlane : IDataPlane
{
    private readonly string _directory = Directory.CreateTempSubdirectory("uwsgi-tuntap-").FullName;
    private readonly List<Process> _processes = [];
    private NetworkNamespace? _host;

    public string Name => "original";

    private string SocketPath => Path.Combine(_directory, "router.sock");

    /// <summary>CPU time of its processes so far.</summary>
    public TimeSpan ProcessorTime => TimeSpan.FromTicks(_processes.Sum(static process => Tree(process.Id).Sum(static id => TicksOf(id))));

    public void Start(NetworkNamespace host, HostPolicy policy)
    {
        _host = host;
        _processes.Add(Launch(host, "--tuntap-router", $"{LabContainer.Device} {SocketPath}"));
        Configure(host, "10.0.0.1");
    }

    public void SetHost(HostPolicy policy)
    {
    }

    public void Attach(LabContainer container)
    {
        _processes.Add(Launch(container.Space, "--tuntap-device", $"{LabContainer.Device} {SocketPath}"));
        Configure(container.Space, container.V4);
        Command.Ip(container.Space, "route add default via 10.0.0.1");

        // It learns a container's address from its first packet.
        Until(() => Command.Run(container.Space, "sh", "-c", "ping -c 1 -W 1 10.0.0.1 >/dev/null && echo yes || echo no").Contains("yes", StringComparison.Ordinal));
    }

    public void Apply(params IReadOnlyList<LabContainer> containers)
    {
    }

    public void Detach(LabContainer container)
    {
    }

    public void AttachMany(ManyContainers containers) => throw new NotSupportedException();

    public long Drops(DropCause cause) => 0;

    public void Dispose()
    {
        foreach (var process in _processes)
        {
            foreach (var id in Tree(process.Id).Reverse())
            {
                using var kill = Process.Start("kill", ["-9", $"{id}"]);
                kill.WaitForExit();
            }

            process.WaitForExit();
            process.Dispose();
        }

        _processes.Clear();
        if (Directory.Exists(_directory))
        {
            Directory.Delete(_directory, recursive: true);
        }
    }

    private static Process Launch(NetworkNamespace space, string option, string value)
    {
        // Its router lets go of a container that sends a single IPv6 packet.
        Command.Run(space, "sh", "-c", "for i in all default; do echo 1 >/proc/sys/net/ipv6/conf/$i/disable_ipv6; done");

        // As a device it must be told that it is a container's first process, and must give up root, or it makes its device twice.
        string[] container = option == "--tuntap-device" ? ["--jailed", "--uid", "65534", "--gid", "65534"] : [];
        var process = Command.Start(space, "uwsgi", ["--master", "--plugin", "tuntap", option, value, "--socket", "127.0.0.1:5555", .. container]);
        process.OutputDataReceived += static (_, _) => { };
        process.ErrorDataReceived += static (_, _) => { };
        process.BeginOutputReadLine();
        process.BeginErrorReadLine();
        process.StandardInput.Close();
        return process;
    }

    private static void Configure(NetworkNamespace space, string address)
    {
        Until(() => Command.Run(space, "sh", "-c", $"ip link show {LabContainer.Device} >/dev/null 2>&1 && echo yes || echo no").Contains("yes", StringComparison.Ordinal));
        Command.Ip(space, $"addr add {address}/8 dev {LabContainer.Device}");
        Command.Ip(space, $"link set {LabContainer.Device} up");
    }

    private static void Until(Func<bool> condition)
    {
        var start = Stopwatch.GetTimestamp();
        while (!condition())
        {
            if (Stopwatch.GetElapsedTime(start).TotalSeconds > 30)
            {
                throw new TimeoutException("uWSGI's tuntap router does not come up.");
            }

            Thread.Sleep(50);
        }
    }

    private static IEnumerable<int> Tree(int id)
    {
        yield return id;
        string children;
        try
        {
            children = File.ReadAllText($"/proc/{id}/task/{id}/children");
        }
        catch (IOException)
        {
            yield break;
        }

        foreach (var child in children.Split(' ', StringSplitOptions.RemoveEmptyEntries).SelectMany(static child => Tree(int.Parse(child, System.Globalization.CultureInfo.InvariantCulture))))
        {
            yield return child;
        }
    }

    private static long TicksOf(int id)
    {
        try
        {
            using var process = Process.GetProcessById(id);
            return process.TotalProcessorTime.Ticks;
        }
        catch (Exception e) when (e is ArgumentException or InvalidOperationException)
        {
            return 0;
        }
    }
}
