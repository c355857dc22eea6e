using Microsoft.Extensions.Options;

namespace UwsgiIt.Router.Transport;

/// <summary>All loops of the process, started with the first use.</summary>
internal sealed class EventLoops(IOptions<TransportOptions> options, ILogger<EventLoops> logger) : IDisposable
{
    private readonly Lazy<EventLoop[]> _loops = new(() =>
        [.. Enumerable.Range(0, options.Value.Loops > 0 ? options.Value.Loops : Environment.ProcessorCount).Select(index => new EventLoop(index, options.Value.Kind == TransportKind.IoUring, logger))]);

    // Ours: loops differ by no more than one part in so many.
    private const int EvenlyTo = 16;

    public IReadOnlyList<EventLoop> All => _loops.Value;

    /// <summary>For the stats: what the loops run on.</summary>
    public string Text => All.Any(static loop => loop.Ring is not null) ? "io_uring" : "epoll";

    /// <summary>
    /// The loop for one more client: that of the caller, which saves a wake, unless another has clearly fewer clients.
    /// </summary>
    public EventLoop Pick()
    {
        var loops = _loops.Value;
        var least = loops[0];
        foreach (var loop in loops)
        {
            if (loop.Clients < least.Clients)
            {
                least = loop;
            }
        }

        return EventLoop.Current is { } own && own.Clients <= least.Clients + (least.Clients / EvenlyTo) + 1 ? own : least;
    }

    public void Dispose()
    {
        if (_loops.IsValueCreated)
        {
            foreach (var loop in _loops.Value)
            {
                loop.Dispose();
            }
        }
    }
}
