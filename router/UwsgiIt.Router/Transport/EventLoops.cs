using Microsoft.Extensions.Options;

namespace UwsgiIt.Router.Transport;

/// <summary>All loops of the process, started with the first use.</summary>
internal sealed class EventLoops(IOptions<TransportOptions> options, ILogger<EventLoops> logger) : IDisposable
{
    private readonly Lazy<EventLoop[]> _loops = new(() =>
        [.. Enumerable.Range(0, options.Value.Loops > 0 ? options.Value.Loops : Environment.ProcessorCount).Select(index => new EventLoop(index, logger))]);

    private uint _next;

    public IReadOnlyList<EventLoop> All => _loops.Value;

    /// <summary>One after the other, so that connections spread evenly.</summary>
    public EventLoop Next()
    {
        var loops = _loops.Value;
        return loops[Interlocked.Increment(ref _next) % (uint)loops.Length];
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
