using System.Net.Sockets;
using Microsoft.Win32.SafeHandles;
using UwsgiIt.Linux.Networking;
using UwsgiIt.Network.Addresses;
using UwsgiIt.Network.Control;
using UwsgiIt.Network.Firewall;

namespace UwsgiIt.Containerd.Network;

/// <summary>
/// The gateway's resolver for containers on veth pairs: <c>uwsgiit-tuntap</c> without a single device, told who is there and linked with whom, and handed
/// bound sockets. While it is not there, names wait for it and packets do not.
/// </summary>
internal sealed partial class VethResolver(NetworkOptions options, AddressPlan plan, NetworkNamespace space, ILogger logger) : IDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(1);

    private readonly Socket[] _sockets = space.Run(() => GatewaySockets.Bind(plan));
    private readonly Dictionary<int, ContainerPolicy> _sent = [];
    private TuntapClient? _client;
    private HostWishes? _sentWishes;
    private bool _isAway;

    /// <summary>Readable when the resolver has gone; null while it is not there.</summary>
    public SafeFileHandle? Connection => _client?.Handle;

    /// <summary>Tells it what is new. Never throws for its sake: the next round tries again.</summary>
    public void Publish(IReadOnlyCollection<NetworkedContainer> containers, HostWishes wishes)
    {
        try
        {
            if (_client is null)
            {
                Connect();
            }

            if (!wishes.IsSame(_sentWishes))
            {
                _client!.SetHost(wishes.Policy).OrThrow();
                _sentWishes = wishes;
            }

            foreach (var uid in _sent.Keys.Except(containers.Select(static container => container.Uid)).ToList())
            {
                _client!.Detach(uid);
                _sent.Remove(uid);
            }

            foreach (var policy in containers.Select(static container => container.Policy).Where(policy => _sent.GetValueOrDefault(policy.Uid) != policy))
            {
                // One that it does not take has the plane's own words about it.
                _client!.SetPolicies(policy);
                _sent[policy.Uid] = policy;
            }

            _isAway = false;
        }
        catch (IOException e)
        {
            Lose();
            if (!_isAway)
            {
                Log.ResolverAway(logger, e.Message);
            }

            _isAway = true;
        }
    }

    /// <summary>Lets go of a connection that is none any more.</summary>
    public void Lose()
    {
        _client?.Dispose();
        _client = null;
        _sentWishes = null;
        _sent.Clear();
    }

    public void Dispose()
    {
        Lose();
        Array.ForEach(_sockets, static socket => socket.Dispose());
    }

    private void Connect()
    {
        _client = TuntapClient.Connect(options.TuntapSocket, Patience);
        if (!_client.Hello().HasResolver)
        {
            var handles = Array.ConvertAll(_sockets, static socket => new SafeFileHandle(socket.Handle, ownsHandle: false));
            _client.Resolve(handles).OrThrow();
            Array.ForEach(handles, static handle => handle.Dispose());
        }
    }

    private static partial class Log
    {
        [LoggerMessage(ContainerdEventIds.NetworkResolverAway, LogLevel.Warning, "The containers' resolver is not there, which is tried again: {Fault}")]
        public static partial void ResolverAway(ILogger logger, string fault);
    }
}
