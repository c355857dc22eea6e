using HdrHistogram;

namespace UwsgiIt.LoadTest;

/// <summary>What a run saw. Latencies are microseconds from when a request was due, so a stall is charged to every request it held up.</summary>
internal sealed class LoadResult
{
    private const long MaxMicroseconds = 60_000_000;

    // Up to a minute, to three digits. Not safe for several threads: guarded, as all here, by _lock.
    private readonly LongHistogram _latencies = new(MaxMicroseconds, 3);
    private readonly Lock _lock = new();

    /// <summary>Answers of any status.</summary>
    public long Answers { get; private set; }

    /// <summary>Answers of another status than 2xx, or another echo than what was sent.</summary>
    public long BadAnswers { get; private set; }

    /// <summary>Requests without an answer: connection refused, reset or closed, or no answer in time.</summary>
    public long Failures { get; private set; }

    /// <summary>Requests that were due and found no free connection to the end: the server, or the generator, was too slow for the rate.</summary>
    public long Unsent { get; private set; }

    public long Bytes { get; private set; }

    /// <summary>Why the first failure failed.</summary>
    public string? FirstFailure { get; private set; }

    public TimeSpan Elapsed { get; set; }

    public double PerSecond => Answers / Elapsed.TotalSeconds;

    /// <summary>What was not as it should be, or null.</summary>
    public string? Problem => BadAnswers + Failures + Unsent == 0 ? null
        : $"{BadAnswers} bad answers, {Failures} requests without an answer{(FirstFailure is null ? "" : $" (the first: {FirstFailure})")}, {Unsent} never sent";

    /// <summary>Microseconds; 0 without answers.</summary>
    public long Percentile(double percentile)
    {
        lock (_lock)
        {
            return Answers == 0 ? 0 : _latencies.GetValueAtPercentile(percentile);
        }
    }

    public void Count(double microseconds, bool isGood, long bytes)
    {
        lock (_lock)
        {
            Answers++;
            BadAnswers += isGood ? 0 : 1;
            Bytes += bytes;
            _latencies.RecordValue(Math.Clamp((long)microseconds, 1, MaxMicroseconds));
        }
    }

    public void CountFailure(string reason)
    {
        lock (_lock)
        {
            Failures++;
            FirstFailure ??= reason;
        }
    }

    public void CountUnsent(long count)
    {
        lock (_lock)
        {
            Unsent += count;
        }
    }

    /// <summary>Takes another round's figures in; the other is over.</summary>
    public void Add(LoadResult other)
    {
        lock (_lock)
        {
            Answers += other.Answers;
            BadAnswers += other.BadAnswers;
            Failures += other.Failures;
            Unsent += other.Unsent;
            Bytes += other.Bytes;
            FirstFailure ??= other.FirstFailure;
            Elapsed += other.Elapsed;
            _latencies.Add(other._latencies);
        }
    }
}
