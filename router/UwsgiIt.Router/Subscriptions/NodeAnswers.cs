namespace UwsgiIt.Router.Subscriptions;

/// <summary>Answers of one node by status class and by how long they took. Written by requests, read by whoever wants to know; made with the first answer, since most names of a large router have none.</summary>
internal sealed class NodeAnswers
{
    /// <summary>Classes of status, 1xx to 5xx.</summary>
    public const int Statuses = 5;

    private readonly long[] _statuses = new long[Statuses];
    private readonly long[] _latencies = new long[Bounds.Length];

    /// <summary>Upper ends of the histogram, in milliseconds; the api keeps a series for each.</summary>
    public static ReadOnlySpan<int> Bounds => [5, 25, 100, 500, 2500, 10_000];

    /// <summary>Counts an answer with this status that took so long from the choice of the node to its last byte.</summary>
    public void Count(int status, double milliseconds)
    {
        if (status is < 100 or > 599)
        {
            return;
        }

        Interlocked.Increment(ref _statuses[(status / 100) - 1]);
        for (var i = 0; i < Bounds.Length; i++)
        {
            if (milliseconds <= Bounds[i])
            {
                Interlocked.Increment(ref _latencies[i]);
                break;
            }
        }
    }

    /// <summary>Answers of a class, 1 to 5.</summary>
    public long OfStatus(int statusClass) => Volatile.Read(ref _statuses[statusClass - 1]);

    /// <summary>Answers within a bound, those within the smaller ones included.</summary>
    public long Within(int bound)
    {
        var sum = 0L;
        for (var i = 0; i <= bound; i++)
        {
            sum += Volatile.Read(ref _latencies[i]);
        }

        return sum;
    }
}
