using System.Diagnostics.Metrics;

namespace UwsgiIt.Router.Diagnostics;

/// <summary>The router's instruments. Tags are of bounded variety: never a customer's key or address.</summary>
internal sealed class RouterMetrics
{
    public const string MeterName = "UwsgiIt.Router";

    private readonly Counter<long> _packets;

    public RouterMetrics(IMeterFactory meterFactory)
    {
        Meter = meterFactory.Create(MeterName);
        _packets = Meter.CreateCounter<long>("uwsgiit.router.subscription.packets", "{packet}", "Subscription datagrams received, by result.");
    }

    /// <summary>For observable instruments of other folders; register them once, at start.</summary>
    public Meter Meter { get; }

    /// <summary>Counts a datagram; <paramref name="result"/> is an enum member's name.</summary>
    public void PacketReceived(string result)
    {
        if (_packets.Enabled)
        {
            _packets.Add(1, new KeyValuePair<string, object?>("result", result));
        }
    }
}
