using System.Collections.Concurrent;
using Microsoft.Extensions.Options;
using UwsgiIt.Linux;
using UwsgiIt.Protocol.Packets;
using UwsgiIt.Router.LoadBalancing;
using UwsgiIt.Router.Subscriptions;

namespace UwsgiIt.Router.Routing;

/// <summary>Has an emperor start the vassal of an inactive node and holds the request until it announces its address.</summary>
internal sealed class OnDemandVassals(IOptionsMonitor<RegistryOptions> options, TimeProvider time) : IDisposable
{
    // One spawn datagram per vassal and this long; the original repeats it every five seconds too.
    private static readonly TimeSpan SpawnInterval = TimeSpan.FromSeconds(5);

    private readonly ConcurrentDictionary<string, long> _spawned = new(StringComparer.Ordinal);
    private readonly UnixDatagramSender _sender = new();

    /// <summary>A node of <paramref name="slot"/> that became live in time, or null: also at once when nothing in the slot can be started.</summary>
    public async ValueTask<Node?> WaitAsync(Slot slot, SelectionContext selection, CancellationToken cancellationToken)
    {
        var settings = options.CurrentValue;
        if (settings.EmperorSocket is not { } socket || !HasInactive(slot))
        {
            return null;
        }

        using var deadline = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        deadline.CancelAfter(settings.DeferTimeout);
        try
        {
            while (true)
            {
                // Taken before looking, so that an announce in between is not missed.
                var activation = slot.Activation;
                if (slot.Select(selection) is { } node)
                {
                    return node;
                }

                Spawn(slot, socket);
                await activation.WaitAsync(deadline.Token);
            }
        }
        catch (OperationCanceledException)
        {
            return null;
        }
    }

    public void Dispose() => _sender.Dispose();

    private static bool HasInactive(Slot slot) => Array.Exists(slot.Nodes, static node => node is { Vassal: not null, Upstream: null, HasLeft: false });

    private void Spawn(Slot slot, string socket)
    {
        var now = time.GetTimestamp();
        Span<byte> packet = stackalloc byte[512];
        foreach (var node in slot.Nodes)
        {
            if (node is not { Vassal: { } vassal, Upstream: null } || (_spawned.TryGetValue(vassal, out var last) && time.GetElapsedTime(last, now) < SpawnInterval))
            {
                continue;
            }

            _spawned[vassal] = now;
            var writer = new UwsgiVarWriter(packet[UwsgiHeader.Size..]);
            if (writer.TryWrite("cmd"u8, "spawn"u8) && writer.TryWrite("vassal"u8, vassal))
            {
                new UwsgiHeader(0, (ushort)writer.Written, 0).Write(packet);
                _sender.TrySend(socket, packet[..(UwsgiHeader.Size + writer.Written)]);
            }
        }
    }
}
