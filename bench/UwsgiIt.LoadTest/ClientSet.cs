namespace UwsgiIt.LoadTest;

/// <summary>The connections of one worker: one for each way of asking that the mix has.</summary>
internal sealed class ClientSet(LoadPlan plan, HttpMessageInvoker? invoker) : IAsyncDisposable
{
    private readonly Dictionary<TrafficItem, ILoadClient> _byItem = new(ReferenceEqualityComparer.Instance);
    private readonly Dictionary<(LoadPlan Plan, string? Host), ILoadClient> _clients = [];
    private readonly byte[] _buffer = new byte[Http1Client.BufferBytes];

    public ILoadClient For(TrafficItem item)
    {
        if (_byItem.TryGetValue(item, out var client))
        {
            return client;
        }

        // A kept TLS connection belongs to the name that it was opened for.
        var own = plan.For(item);
        var key = (own, own is { Tls: true, KeepAlive: true } ? item.Host : null);
        if (!_clients.TryGetValue(key, out client))
        {
            _clients.Add(key, client = own.Protocol switch
            {
                LoadProtocol.Http2 => new Http2Client(own, invoker!),
                LoadProtocol.WebSocket => new WebSocketClient(own),
                _ => new Http1Client(own, _buffer),
            });
        }

        _byItem.Add(item, client);
        return client;
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var client in _clients.Values)
        {
            await client.DisposeAsync();
        }
    }
}
