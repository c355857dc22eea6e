namespace UwsgiIt.LoadTest;

/// <summary>One connection that asks and waits for the answer.</summary>
internal interface ILoadClient : IAsyncDisposable
{
    /// <summary>Sends the item and reads its answer whole. Throws when the connection fails; dispose it then, and ask again on a new connection.</summary>
    ValueTask<(bool IsGood, long Bytes)> AskAsync(TrafficItem item, CancellationToken cancellationToken);
}
