using UwsgiIt.Protocol.Subscriptions;

namespace UwsgiIt.Router.Forwarding;

/// <summary>
/// One place requests can be sent to: address, protocol and modifiers, with the idle connections kept to it and its traffic counters.
/// A subscribed node owns one; so does every YARP destination that our forwarder serves.
/// </summary>
internal sealed class Upstream(UpstreamAddress address, UpstreamProtocol protocol, byte modifier1 = 0, byte modifier2 = 0) : IDisposable
{
    private long _bytesReceived;
    private long _bytesSent;

    public UpstreamAddress Address { get; } = address;

    public UpstreamProtocol Protocol { get; } = protocol;

    /// <summary>modifier1 of uwsgi packets; 123 means raw mode.</summary>
    public byte Modifier1 { get; } = modifier1;

    public byte Modifier2 { get; } = modifier2;

    /// <summary>Bytes received from the upstream (the original's stats call it tx).</summary>
    public long BytesReceived => Volatile.Read(ref _bytesReceived);

    /// <summary>Bytes sent to the upstream (the original's stats call it rx).</summary>
    public long BytesSent => Volatile.Read(ref _bytesSent);

    public void AddReceived(long count) => Interlocked.Add(ref _bytesReceived, count);

    public void AddSent(long count) => Interlocked.Add(ref _bytesSent, count);

    /// <summary>Closes idle connections; requests in flight finish.</summary>
    public void Dispose()
    {
    }
}
