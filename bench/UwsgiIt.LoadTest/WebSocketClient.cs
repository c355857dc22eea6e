using System.Net.WebSockets;
using System.Security.Cryptography;
using System.Text;

namespace UwsgiIt.LoadTest;

/// <summary>Sends a message of <see cref="TrafficItem.BodyBytes"/> (at least one) and waits for its echo.</summary>
internal sealed class WebSocketClient(LoadPlan plan) : ILoadClient
{
    private readonly byte[] _buffer = new byte[64 * 1024];
    private WebSocket? _socket;

    public async ValueTask<(bool IsGood, long Bytes)> AskAsync(TrafficItem item, CancellationToken cancellationToken)
    {
        _socket ??= await OpenAsync(item, cancellationToken);
        var message = new byte[Math.Max(1, item.BodyBytes)];
        await _socket.SendAsync(message, WebSocketMessageType.Binary, endOfMessage: true, cancellationToken);
        var total = 0L;
        while (true)
        {
            var received = await _socket.ReceiveAsync(_buffer.AsMemory(), cancellationToken);
            total += received.Count;
            if (received.EndOfMessage)
            {
                return (received.MessageType == WebSocketMessageType.Binary && total == message.Length, total);
            }
        }
    }

    public ValueTask DisposeAsync()
    {
        _socket?.Dispose();
        _socket = null;
        return ValueTask.CompletedTask;
    }

    private async Task<WebSocket> OpenAsync(TrafficItem item, CancellationToken cancellationToken)
    {
        var host = item.Host ?? plan.Host;
        var stream = await Dial.ConnectAsync(plan, host, cancellationToken);
        var key = Convert.ToBase64String(RandomNumberGenerator.GetBytes(16));
        await stream.WriteAsync(Encoding.ASCII.GetBytes(
            $"GET {item.Path} HTTP/1.1\r\nHost: {host}\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: {key}\r\n\r\n"), cancellationToken);
        var length = 0;
        while (_buffer.AsSpan(0, length).IndexOf("\r\n\r\n"u8) < 0)
        {
            // Byte for byte: what follows the head is the WebSocket's.
            var count = await stream.ReadAsync(_buffer.AsMemory(length, 1), cancellationToken);
            length += count > 0 ? count : throw new EndOfStreamException("The connection ended before the handshake's answer.");
        }

        return _buffer.AsSpan(9, 3).SequenceEqual("101"u8)
            ? WebSocket.CreateFromStream(stream, new WebSocketCreationOptions { IsServer = false })
            : throw new InvalidDataException($"The handshake was answered with {Encoding.ASCII.GetString(_buffer, 9, 3)}.");
    }
}
