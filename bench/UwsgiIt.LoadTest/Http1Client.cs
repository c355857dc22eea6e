using System.Text;

namespace UwsgiIt.LoadTest;

/// <summary>HTTP/1.1 over a socket by hand: a library would cost more than what is measured.</summary>
internal sealed class Http1Client(LoadPlan plan, byte[]? buffer = null) : ILoadClient
{
    public const int BufferBytes = 64 * 1024;

    private readonly Dictionary<TrafficItem, byte[]> _requests = new(ReferenceEqualityComparer.Instance);
    private Stream? _stream;
    private Http1Answer? _answer;

    public async ValueTask<(bool IsGood, long Bytes)> AskAsync(TrafficItem item, CancellationToken cancellationToken)
    {
        if (_stream is null)
        {
            _stream = await Dial.ConnectAsync(plan, item.Host ?? plan.Host, cancellationToken);
            _answer = new Http1Answer(_stream, buffer ??= new byte[BufferBytes]);
        }

        if (!_requests.TryGetValue(item, out var request))
        {
            _requests.Add(item, request = Write(item));
        }

        await _stream.WriteAsync(request, cancellationToken);
        var answer = _answer!;
        var bytes = await answer.ReadAsync(item.Method == "HEAD", cancellationToken);
        if (!plan.KeepAlive || answer.IsLast)
        {
            await DisposeAsync();
        }

        return (answer.Status is >= 200 and < 300, bytes);
    }

    public async ValueTask DisposeAsync()
    {
        if (_stream is { } stream)
        {
            _stream = null;
            await stream.DisposeAsync();
        }
    }

    private byte[] Write(TrafficItem item)
    {
        var head = $"{item.Method} {item.Path} HTTP/1.1\r\nHost: {item.Host ?? plan.Host}\r\n"
            + (item.BodyBytes > 0 ? $"Content-Length: {item.BodyBytes}\r\n" : "")
            + (plan.KeepAlive ? "\r\n" : "Connection: close\r\n\r\n");
        var request = new byte[head.Length + item.BodyBytes];
        Encoding.ASCII.GetBytes(head, request);
        request.AsSpan(head.Length).Fill((byte)'x');
        return request;
    }
}
