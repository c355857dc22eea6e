using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Text;

namespace UwsgiIt.Router.FunctionalTests.Edge;

/// <summary>A client that sends whatever bytes it is told to and reads answers by the letter.</summary>
internal sealed class RawHttp1 : IDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    private readonly Socket _socket = new(SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
    private byte[] _buffer = new byte[64 * 1024];
    private int _length;

    public static async Task<RawHttp1> ConnectAsync(IPEndPoint address)
    {
        var client = new RawHttp1();
        await client._socket.ConnectAsync(address);
        return client;
    }

    public async Task SendAsync(string bytes)
    {
        try
        {
            await _socket.SendAsync(Encoding.Latin1.GetBytes(bytes));
        }
        catch (SocketException)
        {
            // It was closed on us already; what it said shows when we read.
        }
    }

    public void EndSending()
    {
        try
        {
            _socket.Shutdown(SocketShutdown.Send);
        }
        catch (SocketException)
        {
            // As above.
        }
    }

    /// <summary>The next whole answer, interim ones passed over; null when the connection ended without one.</summary>
    public async Task<RawAnswer?> ReceiveAsync()
    {
        while (true)
        {
            int end;
            while ((end = _buffer.AsSpan(0, _length).IndexOf("\r\n\r\n"u8)) < 0)
            {
                if (!await FillAsync())
                {
                    return _length == 0 ? null : throw new InvalidDataException($"Half an answer: {Encoding.Latin1.GetString(_buffer, 0, _length)}");
                }
            }

            var head = Encoding.Latin1.GetString(_buffer, 0, end);
            Consume(end + 4);
            var status = int.Parse(head.AsSpan(9, 3), CultureInfo.InvariantCulture);
            if (status == 101 || status >= 200)
            {
                return await ReceiveBodyAsync(head, status);
            }
        }
    }

    /// <summary>True when the router closed without another byte.</summary>
    public async Task<bool> IsClosedAsync() => _length == 0 && !await FillAsync();

    /// <summary>Reads to the end of the connection.</summary>
    public async Task DrainAsync()
    {
        while (await FillAsync())
        {
            _length = 0;
        }

        _length = 0;
    }

    public void Dispose() => _socket.Dispose();

    private async Task<RawAnswer> ReceiveBodyAsync(string head, int status)
    {
        var length = HeaderOf(head, "Content-Length") is { } said ? int.Parse(said, CultureInfo.InvariantCulture) : 0;
        while (_length < length)
        {
            if (!await FillAsync())
            {
                return new RawAnswer(status, head, Encoding.Latin1.GetString(_buffer, 0, _length), true);
            }
        }

        var body = Encoding.Latin1.GetString(_buffer, 0, length);
        Consume(length);
        return new RawAnswer(status, head, body, string.Equals(HeaderOf(head, "Connection"), "close", StringComparison.OrdinalIgnoreCase));
    }

    private static string? HeaderOf(string head, string name) =>
        head.Split("\r\n").FirstOrDefault(line => line.StartsWith(name + ": ", StringComparison.OrdinalIgnoreCase))?[(name.Length + 2)..];

    private async Task<bool> FillAsync()
    {
        if (_length == _buffer.Length)
        {
            Array.Resize(ref _buffer, _buffer.Length * 2);
        }

        using var deadline = new CancellationTokenSource(Patience);
        try
        {
            var count = await _socket.ReceiveAsync(_buffer.AsMemory(_length), deadline.Token);
            _length += count;
            return count > 0;
        }
        catch (SocketException)
        {
            return false;
        }
    }

    private void Consume(int count)
    {
        _buffer.AsSpan(count, _length - count).CopyTo(_buffer);
        _length -= count;
    }
}

/// <summary>An answer as it came.</summary>
internal sealed record RawAnswer(int Status, string Head, string Body, bool Closes);
