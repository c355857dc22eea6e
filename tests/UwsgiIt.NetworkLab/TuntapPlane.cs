using System.Diagnostics;
using System.Net;
using System.Text;
using Microsoft.Win32.SafeHandles;
using UwsgiIt.Linux;
using UwsgiIt.Linux.Networking;
using UwsgiIt.Network.Addresses;
using UwsgiIt.Network.Control;
using UwsgiIt.Network.Firewall;

namespace UwsgiIt.NetworkLab;

/// <summary>The real uwsgiit-tuntap as a process of its own, with the lab in the daemon's place.</summary>
public sealed class TuntapPlane(string program, int workers = 0, int mtu = 1500, string? resolver = null, IReadOnlyList<string>? settings = null) : IDataPlane
{
    private readonly string _directory = Directory.CreateTempSubdirectory("uwsgiit-tuntap-").FullName;
    private readonly Dictionary<int, LabContainer> _containers = [];
    private readonly Dictionary<int, SafeFileHandle[]> _queues = [];
    private readonly StringBuilder _log = new();
    private readonly ManualResetEventSlim _ready = new();
    private NetworkNamespace? _host;
    private HostPolicy _hostPolicy = new();
    private TuntapClient? _client;
    private SafeFileHandle[] _gatewayQueues = [];
    private (TunnelSettings Settings, SafeFileHandle Socket)? _tunnel;
    private int _workers;

    /// <inheritdoc/>
    public string Name => "tuntap";

    /// <summary>The router's process.</summary>
    public Process? Process { get; private set; }

    /// <summary>CPU time of the router so far.</summary>
    public TimeSpan ProcessorTime
    {
        get
        {
            Process!.Refresh();
            return Process.TotalProcessorTime;
        }
    }

    /// <summary>What it wrote.</summary>
    public string Log
    {
        get
        {
            lock (_log)
            {
                return _log.ToString();
            }
        }
    }

    /// <summary>Its socket for statistics and traces.</summary>
    public string AdminSocket => Path.Combine(RuntimeDirectory, "tuntap/admin.sock");

    /// <summary>What is /run/uwsgiit elsewhere.</summary>
    public string RuntimeDirectory => _directory;

    /// <summary>Its control socket.</summary>
    public string ControlSocket => Path.Combine(_directory, "control.sock");

    /// <inheritdoc/>
    public void Start(NetworkNamespace host, HostPolicy policy)
    {
        _host = host;
        _hostPolicy = policy;
        StartProcess();
        Connect();
    }

    /// <summary>Starts the program only.</summary>
    public void StartProcess()
    {
        string[] arguments =
        [
            "--config", Path.Combine(_directory, "none.json"), $"--Tuntap:ControlSocket={ControlSocket}", $"--Tuntap:Workers={workers}",
            "--Admin:Address=", $"--Admin:Socket={AdminSocket}", .. resolver is null ? Array.Empty<string>() : [$"--Tuntap:Resolvers:0={resolver}"],
            .. (settings ?? []).Select(static setting => $"--{setting}"),
        ];
        _ready.Reset();
        File.WriteAllText(Path.Combine(_directory, "none.json"), "{}");
        Directory.CreateDirectory(Path.GetDirectoryName(AdminSocket)!);
        Process = program.EndsWith(".dll", StringComparison.Ordinal) ? Command.Start(null, "dotnet", [program, .. arguments]) : Command.Start(null, program, arguments);
        var started = Process;
        started.Exited += (_, _) => SetReady(started);
        started.EnableRaisingEvents = true;
        started.OutputDataReceived += (_, line) => Note(started, line.Data);
        started.ErrorDataReceived += (_, line) => Note(started, line.Data);
        Process.BeginOutputReadLine();
        Process.BeginErrorReadLine();
    }

    /// <summary>Connects as the daemon does after either's restart: policies, and every device anew by the queues we keep.</summary>
    public void Connect(int seconds = 30)
    {
        _client?.Dispose();
        _client = ConnectWhenReady(TimeSpan.FromSeconds(seconds));
        var state = Check(_client.Hello());
        _workers = state.Workers;
        Check(_client.SetHost(_hostPolicy));
        Check(_client.SetPolicies([.. _containers.Values.Select(static container => container.Policy)]));
        if (_tunnel is var (settings, socket))
        {
            Check(state.HasTunnel ? _client.SetTunnel(settings) : _client.SetTunnel(settings, socket));
        }

        AttachGateway();
        foreach (var container in _containers.Values)
        {
            Hand(container);
        }
    }

    /// <inheritdoc/>
    public void Attach(LabContainer container)
    {
        _containers[container.Uid] = container;
        Check(_client!.SetPolicies(container.Policy));
        Hand(container);
        container.Space.Run(() =>
        {
            Link.SetMtu(LabContainer.Device, mtu);
            Link.SetAddress(LabContainer.Device, IPAddress.Parse(container.V4), 8);
            Link.Up(LabContainer.Device);
            Link.SetAddress(LabContainer.Device, IPAddress.Parse(container.V6), 64);
            if (!container.Policy.Dmz)
            {
                Link.AddDefaultRoute(LabContainer.Device, IpAddresses.FromNumber(AddressFamilies.V4, AddressPlan.Default.Gateway4));
                Link.AddDefaultRoute(LabContainer.Device, IpAddresses.FromNumber(AddressFamilies.V6, AddressPlan.Default.Gateway6));
            }
        });
    }

    /// <inheritdoc/>
    public void Apply(params IReadOnlyList<LabContainer> containers) => Check(_client!.SetPolicies([.. containers.Select(static container => container.Policy)]));

    /// <inheritdoc/>
    public void SetHost(HostPolicy policy)
    {
        _hostPolicy = policy;
        Check(_client!.SetHost(policy));
    }

    /// <inheritdoc/>
    public void Detach(LabContainer container)
    {
        _containers.Remove(container.Uid);
        Check(_client!.Detach(container.Uid));
        _queues.Remove(container.Uid, out var queues);
        Array.ForEach(queues!, static queue => queue.Dispose());
    }

    /// <inheritdoc/>
    public void AttachMany(ManyContainers containers)
    {
        ArgumentNullException.ThrowIfNull(containers);
        Check(_client!.SetPolicies([.. containers.Uids.Select(static uid => new ContainerPolicy { Uid = uid })]));
        containers.Space.Run(() =>
        {
            foreach (var uid in containers.Uids)
            {
                var device = ManyContainers.DeviceOf(uid);
                var queues = TunDevice.Open(device, _workers);
                Link.Up(device);
                Check(_client.Attach(uid, queues));
                TunDevice.Release(queues[0], device);
                Array.ForEach(queues, static queue => queue.Dispose());
            }
        });
    }

    /// <inheritdoc/>
    public long Drops(DropCause cause)
    {
        // cause="denied_in"} 17
        var name = string.Concat(cause.ToString().Select(static (letter, at) => char.IsUpper(letter) && at > 0 ? $"_{letter}" : $"{letter}")).ToLowerInvariant();
        return Ask("/metrics").Split('\n').Where(line => line.Contains($"cause=\"{name}\"", StringComparison.Ordinal)).Sum(static line => long.Parse(line[(line.LastIndexOf(' ') + 1)..], System.Globalization.CultureInfo.InvariantCulture));
    }

    /// <summary>GET, or POST with a body, of the router's admin socket.</summary>
    public string Ask(string path, string? body = null)
    {
        using var handler = new SocketsHttpHandler
        {
            ConnectCallback = async (_, cancellation) =>
            {
                var socket = new System.Net.Sockets.Socket(System.Net.Sockets.AddressFamily.Unix, System.Net.Sockets.SocketType.Stream, System.Net.Sockets.ProtocolType.Unspecified);
                await socket.ConnectAsync(new System.Net.Sockets.UnixDomainSocketEndPoint(AdminSocket), cancellation);
                return new System.Net.Sockets.NetworkStream(socket, ownsSocket: true);
            },
        };
        using var client = new HttpClient(handler) { BaseAddress = new Uri("http://router") };
        using var content = body is null ? null : new StringContent(body, Encoding.UTF8, "application/json");
        using var answer = content is null ? client.GetAsync(path).GetAwaiter().GetResult() : client.PostAsync(path, content).GetAwaiter().GetResult();
        return answer.Content.ReadAsStringAsync().GetAwaiter().GetResult();
    }

    /// <summary>Hands the resolver its bound socket.</summary>
    public void Resolve(SafeFileHandle socket) => Check(_client!.Resolve(socket));

    /// <summary>Sets the tunnel to other servers up, also after the next restart; its socket stays ours beside the router's.</summary>
    public void SetTunnel(TunnelSettings settings, SafeFileHandle socket)
    {
        _tunnel = (settings, socket);
        Check(_client!.SetTunnel(settings, socket));
    }

    /// <summary>Lets go of the control connection, as a daemon that ends.</summary>
    public void Disconnect() => _client?.Dispose();

    /// <summary>Ends the router without a word.</summary>
    public void Kill() => End("KILL");

    /// <summary>Ends the router by a signal.</summary>
    public void End(string signal)
    {
        if (Process is { HasExited: false })
        {
            Command.Run(null, "kill", "-s", signal, $"{Process.Id}");
            Process.WaitForExit();
        }

        Process?.Dispose();
        Process = null;
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _client?.Dispose();
        Kill();
        foreach (var queue in _queues.Values.Append(_gatewayQueues).SelectMany(static queues => queues))
        {
            queue.Dispose();
        }

        if (Directory.Exists(_directory))
        {
            Directory.Delete(_directory, recursive: true);
        }

        _ready.Dispose();
    }

    private TuntapClient ConnectWhenReady(TimeSpan limit) => _ready.Wait(limit) && !Process!.HasExited
        ? TuntapClient.Connect(ControlSocket, TimeSpan.FromSeconds(30))
        : throw new InvalidOperationException($"uwsgiit-tuntap does not listen: {Log}");

    private void AttachGateway()
    {
        if (_gatewayQueues.Length > 0)
        {
            Check(_client!.AttachGateway(_gatewayQueues));
            return;
        }

        _gatewayQueues = _host!.Run(() => TunDevice.Open(LabContainer.Device, _workers));
        Check(_client!.AttachGateway(_gatewayQueues));
        _host.Run(() =>
        {
            Link.SetMtu(LabContainer.Device, mtu);
            Link.SetAddress(LabContainer.Device, IpAddresses.FromNumber(AddressFamilies.V4, AddressPlan.Default.Gateway4), 8);
            Link.Up(LabContainer.Device);
            Link.SetAddress(LabContainer.Device, IpAddresses.FromNumber(AddressFamilies.V6, AddressPlan.Default.Gateway6), 64);
        });
    }

    private void Hand(LabContainer container)
    {
        if (!_queues.TryGetValue(container.Uid, out var queues))
        {
            _queues[container.Uid] = queues = container.Space.Run(() => TunDevice.Open(LabContainer.Device, _workers));
        }

        Check(_client!.Attach(container.Uid, queues));
    }

    private static ControlReply Check(ControlReply reply) => reply.Faults.Count == 0 ? reply : throw new InvalidOperationException(string.Join("; ", reply.Faults));

    private void Note(Process process, string? line)
    {
        lock (_log)
        {
            _log.AppendLine(line);
        }

        // Its last word before it waits for us; it listens already.
        if (line?.Contains("All rights are dropped", StringComparison.Ordinal) == true)
        {
            SetReady(process);
        }
    }

    // What an earlier one says late is no word of this one's.
    private void SetReady(Process process)
    {
        if (ReferenceEquals(Process, process))
        {
            _ready.Set();
        }
    }
}
