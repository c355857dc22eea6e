using System.Diagnostics;
using System.Net.Sockets;
using System.Net.WebSockets;
using System.Security.Authentication;
using System.Threading.Channels;

namespace UwsgiIt.LoadTest;

/// <summary>
/// Runs a plan. With a rate the arrivals are decided by the clock alone: a request that finds every connection busy waits, and that wait is
/// part of its latency (no coordinated omission).
/// </summary>
internal sealed class LoadGenerator(LoadPlan plan)
{
    // How finely arrivals are placed; the kernel's timers are not much finer.
    private const int ArrivalMicroseconds = 100;

    private static readonly TimeSpan FailurePause = TimeSpan.FromMilliseconds(10);

    // Multiples of the golden ratio, without their whole part, fill the range from 0 to 1 more evenly than those of any other number.
    private const double GoldenRatio = 0.6180339887498949;

    private readonly LoadResult _result = new();
    private long _turns;
    private long _countFrom;

    /// <summary>What was seen so far; for progress.</summary>
    public LoadResult Result => _result;

    public async Task<LoadResult> RunAsync(CancellationToken cancellationToken = default)
    {
        using var invoker = plan.Mix.Items.Any(item => plan.For(item).Protocol == LoadProtocol.Http2) ? Http2Client.CreateInvoker(plan) : null;
        using var end = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        var start = Stopwatch.GetTimestamp();
        _countFrom = start + Ticks(plan.WarmUp);
        var until = _countFrom + Ticks(plan.Duration);
        var arrivals = plan.Rate > 0 ? Channel.CreateUnbounded<long>(new UnboundedChannelOptions { SingleWriter = true }) : null;
        end.CancelAfter(plan.WarmUp + plan.Duration + plan.Grace);
        var workers = Enumerable.Range(0, plan.Connections).Select(index => Task.Run(() => WorkAsync(index, arrivals?.Reader, until, invoker, end.Token), CancellationToken.None)).ToArray();
        var arriving = arrivals is null ? Task.CompletedTask
            : Task.Factory.StartNew(() => Arrive(arrivals.Writer, start, until, cancellationToken), CancellationToken.None, TaskCreationOptions.LongRunning, TaskScheduler.Default);
        await Task.WhenAll(workers);
        _result.Elapsed = Stopwatch.GetElapsedTime(_countFrom);
        if (arrivals is not null)
        {
            // All that fell due is in the queue when this is over.
            await arriving;
            var unsent = 0L;
            while (arrivals.Reader.TryRead(out _))
            {
                unsent++;
            }

            _result.CountUnsent(unsent);
        }

        cancellationToken.ThrowIfCancellationRequested();
        return _result;
    }

    private static long Ticks(TimeSpan time) => (long)(time.TotalSeconds * Stopwatch.Frequency);

    /// <summary>Puts every request's due time in the queue when it has come.</summary>
    private void Arrive(ChannelWriter<long> arrivals, long start, long until, CancellationToken cancellationToken)
    {
        var step = Stopwatch.Frequency / plan.Rate;
        for (var due = (double)start; due < until && !cancellationToken.IsCancellationRequested;)
        {
            for (var now = Stopwatch.GetTimestamp(); due <= now && due < until; due += step)
            {
                arrivals.TryWrite((long)due);
            }

            NanoSleep.For(ArrivalMicroseconds);
        }

        arrivals.Complete();
    }

    private async Task WorkAsync(int index, ChannelReader<long>? arrivals, long until, HttpMessageInvoker? invoker, CancellationToken cancellationToken)
    {
        var random = new Random(index);
        await using var clients = new ClientSet(plan, invoker);
        while (!cancellationToken.IsCancellationRequested && await NextAsync(arrivals, until, cancellationToken) is { } due)
        {
            var item = plan.Mix.Choose(plan.EvenShares ? NextTurn() : random.NextDouble());
            var client = clients.For(item);
            try
            {
                var (isGood, bytes) = await client.AskAsync(item, cancellationToken);
                if (due >= _countFrom)
                {
                    _result.Count(Stopwatch.GetElapsedTime(due).TotalMicroseconds, isGood, bytes);
                }
            }
            catch (Exception e) when (e is IOException or SocketException or WebSocketException or HttpRequestException or InvalidDataException or OperationCanceledException or AuthenticationException)
            {
                // A failed request is a result.
                _result.CountFailure($"{item.Method} {item.Host}{item.Path}: {e.Message}{(e.InnerException is { } inner ? " " + inner.Message : "")}");
                await client.DisposeAsync();
                if (arrivals is null)
                {
                    // A server that refuses is not to be asked as fast as it can refuse.
                    await Task.Delay(FailurePause, CancellationToken.None);
                }
            }
        }
    }

    private double NextTurn() => Interlocked.Increment(ref _turns) * GoldenRatio % 1;

    /// <summary>When the next request is due, or null when there is none.</summary>
    private static async ValueTask<long?> NextAsync(ChannelReader<long>? arrivals, long until, CancellationToken cancellationToken)
    {
        if (arrivals is null)
        {
            var now = Stopwatch.GetTimestamp();
            return now < until ? now : null;
        }

        try
        {
            // Not WaitToRead: that would wake every worker for each arrival.
            return await arrivals.ReadAsync(cancellationToken);
        }
        catch (Exception e) when (e is ChannelClosedException or OperationCanceledException)
        {
            return null;
        }
    }
}
