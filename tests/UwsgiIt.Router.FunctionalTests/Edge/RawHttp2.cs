using System.Buffers.Binary;
using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Text;

namespace UwsgiIt.Router.FunctionalTests.Edge;

/// <summary>Just enough of HTTP/2 to say anything over it, right or wrong: header blocks are literals, answers are read by their first field.</summary>
internal sealed class RawHttp2 : IDisposable
{
    public const byte Data = 0;
    public const byte Headers = 1;
    public const byte Priority = 2;
    public const byte Reset = 3;
    public const byte Settings = 4;
    public const byte PushPromise = 5;
    public const byte Ping = 6;
    public const byte GoAway = 7;
    public const byte WindowUpdate = 8;
    public const byte Continuation = 9;

    public const byte EndStream = 1;
    public const byte Acknowledge = 1;
    public const byte EndHeaders = 4;
    public const byte Padded = 8;
    public const byte WithPriority = 0x20;

    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);
    private static readonly Dictionary<int, int> StaticStatuses = new() { [8] = 200, [9] = 204, [10] = 206, [11] = 304, [12] = 400, [13] = 404, [14] = 500 };

    private readonly TcpClient _client = new() { NoDelay = true };
    private Stream _stream = Stream.Null;

    public string Host { get; init; } = "";

    /// <summary>Connects and says hello.</summary>
    public static async Task<RawHttp2> ConnectAsync(IPEndPoint address, string host)
    {
        var driver = new RawHttp2 { Host = host };
        await driver._client.ConnectAsync(address);
        driver._stream = driver._client.GetStream();
        await driver.WriteAsync("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"u8.ToArray());
        await driver.FrameAsync(Settings, 0, 0, []);
        return driver;
    }

    /// <summary>A header block of literals that are not indexed.</summary>
    public static byte[] Block(params (string Name, string Value)[] fields) => [.. fields.SelectMany(static field => (byte[])[0, .. Text(field.Name), .. Text(field.Value)])];

    /// <summary>The usual pseudo headers, then these.</summary>
    public byte[] Get(params (string Name, string Value)[] fields) => Block([(":method", "GET"), (":scheme", "http"), (":authority", Host), (":path", "/"), .. fields]);

    public byte[] Post(params (string Name, string Value)[] fields) => Block([(":method", "POST"), (":scheme", "http"), (":authority", Host), (":path", "/"), .. fields]);

    public Task FrameAsync(byte type, byte flags, uint stream, byte[] payload)
    {
        var frame = new byte[9 + payload.Length];
        frame[0] = (byte)(payload.Length >> 16);
        BinaryPrimitives.WriteUInt16BigEndian(frame.AsSpan(1), (ushort)payload.Length);
        frame[3] = type;
        frame[4] = flags;
        BinaryPrimitives.WriteUInt32BigEndian(frame.AsSpan(5), stream);
        payload.CopyTo(frame, 9);
        return WriteAsync(frame);
    }

    public async Task WriteAsync(byte[] bytes)
    {
        try
        {
            await _stream.WriteAsync(bytes);
        }
        catch (IOException)
        {
            // Closed on us; what it said shows when we read.
        }
    }

    /// <summary>How the stream ends: a status, <c>reset N</c>, <c>goaway N</c> or <c>closed</c>. Settings and pings are answered.</summary>
    public async Task<string> OutcomeAsync(uint stream = 1)
    {
        string? status = null;
        while (await ReadFrameAsync() is { } frame)
        {
            switch (frame.Type)
            {
                case Headers when frame.Stream == stream:
                    status = StatusOf(frame.Payload);
                    if ((frame.Flags & EndStream) != 0)
                    {
                        return status;
                    }

                    break;
                case Data when frame.Stream == stream && (frame.Flags & EndStream) != 0:
                    return status ?? "data before headers";
                case Reset when frame.Stream == stream:
                    // After a whole answer a reset only says that the rest of the request is not wanted.
                    return status ?? $"reset {BinaryPrimitives.ReadUInt32BigEndian(frame.Payload)}";
                case GoAway:
                    return $"goaway {BinaryPrimitives.ReadUInt32BigEndian(frame.Payload.AsSpan(4))}";
                case Settings when (frame.Flags & Acknowledge) == 0:
                    await FrameAsync(Settings, Acknowledge, 0, []);
                    break;
            }
        }

        return status is null ? "closed" : status + " cut";
    }

    /// <summary>Reads until the router ends the connection; true within the time.</summary>
    public async Task<bool> IsCutWithinAsync(TimeSpan time)
    {
        using var deadline = new CancellationTokenSource(time);
        var buffer = new byte[16 * 1024];
        try
        {
            while (await _stream.ReadAsync(buffer, deadline.Token) > 0)
            {
                // Whatever it says.
            }

            return true;
        }
        catch (IOException)
        {
            return true;
        }
        catch (OperationCanceledException)
        {
            return false;
        }
    }

    public void Dispose() => _client.Dispose();

    private static byte[] Text(string text)
    {
        var bytes = Encoding.Latin1.GetBytes(text);
        if (bytes.Length < 127)
        {
            return [(byte)bytes.Length, .. bytes];
        }

        var length = new List<byte> { 127 };
        var rest = bytes.Length - 127;
        for (; rest >= 128; rest >>= 7)
        {
            length.Add((byte)((rest & 127) | 128));
        }

        length.Add((byte)rest);
        return [.. length, .. bytes];
    }

    private static string StatusOf(byte[] block)
    {
        var at = 0;
        while ((block[at] & 0xe0) == 0x20)
        {
            at++;
        }

        return (block[at] & 0x80) != 0
            ? StaticStatuses[block[at] & 0x7f].ToString(CultureInfo.InvariantCulture)
            : Encoding.ASCII.GetString(block, at + 2, 3);
    }

    private async Task<(byte Type, byte Flags, uint Stream, byte[] Payload)?> ReadFrameAsync()
    {
        using var deadline = new CancellationTokenSource(Patience);
        try
        {
            var header = new byte[9];
            await _stream.ReadExactlyAsync(header, deadline.Token);
            var payload = new byte[(header[0] << 16) | BinaryPrimitives.ReadUInt16BigEndian(header.AsSpan(1))];
            await _stream.ReadExactlyAsync(payload, deadline.Token);
            return (header[3], header[4], BinaryPrimitives.ReadUInt32BigEndian(header.AsSpan(5)), payload);
        }
        catch (Exception e) when (e is IOException or EndOfStreamException)
        {
            return null;
        }
    }
}
