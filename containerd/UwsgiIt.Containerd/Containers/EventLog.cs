using System.Threading.Channels;

namespace UwsgiIt.Containerd.Containers;

/// <summary>Something that happened to a container.</summary>
internal sealed record ContainerEvent(long Id, DateTimeOffset Time, uint Uid, string Kind, string Detail);

/// <summary>The last events, and a stream of new ones for whoever listens. A slow listener loses old ones, never slows us.</summary>
internal sealed class EventLog(TimeProvider time)
{
    /// <summary>Events kept; arbitrary, may grow.</summary>
    public const int Kept = 1000;

    private readonly Lock _lock = new();
    private readonly Queue<ContainerEvent> _events = new();
    private readonly List<Channel<ContainerEvent>> _listeners = [];
    private long _last;

    public void Add(uint uid, string kind, string detail)
    {
        lock (_lock)
        {
            var added = new ContainerEvent(++_last, time.GetUtcNow(), uid, kind, detail);
            _events.Enqueue(added);
            while (_events.Count > Kept)
            {
                _events.Dequeue();
            }

            _listeners.ForEach(listener => listener.Writer.TryWrite(added));
        }
    }

    public IReadOnlyList<ContainerEvent> Last(int count)
    {
        lock (_lock)
        {
            return [.. _events.TakeLast(count)];
        }
    }

    public async IAsyncEnumerable<ContainerEvent> FollowAsync([System.Runtime.CompilerServices.EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var channel = Channel.CreateBounded<ContainerEvent>(new BoundedChannelOptions(Kept) { FullMode = BoundedChannelFullMode.DropOldest });
        lock (_lock)
        {
            _listeners.Add(channel);
        }

        try
        {
            await foreach (var item in channel.Reader.ReadAllAsync(cancellationToken))
            {
                yield return item;
            }
        }
        finally
        {
            lock (_lock)
            {
                _listeners.Remove(channel);
            }
        }
    }
}
