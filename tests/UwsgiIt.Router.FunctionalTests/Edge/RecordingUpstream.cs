using System.Buffers.Binary;
using System.Collections.Concurrent;
using System.Net;
using System.Net.Sockets;
using System.Text;
using UwsgiIt.Protocol.Packets;
using UwsgiIt.Protocol.Subscriptions;

namespace UwsgiIt.Router.FunctionalTests.Edge;

/// <summary>
/// An upstream that takes requests by the letter of its protocol, answers "ok" and remembers each; bytes that fit no request are remembered
/// as garbage.
/// </summary>
internal sealed class RecordingUpstream : IDisposable
{
    private readonly TcpListener _listener = new(IPAddress.Loopback, 0);
    private readonly UpstreamProtocol _protocol;

    public RecordingUpstream(UpstreamProtocol protocol)
    {
        _protocol = protocol;
        _listener.Start();
        _ = AcceptAsync();
    }

    public int Port => ((IPEndPoint)_listener.LocalEndpoint).Port;

    /// <summary>Targets of whole request heads, in the order they came.</summary>
    public ConcurrentQueue<string> Targets { get; } = new();

    /// <summary>The last head: the text of HTTP, lines of name=value of the others.</summary>
    public string LastHead { get; private set; } = "";

    /// <summary>Bytes that were no request.</summary>
    public ConcurrentQueue<string> Garbage { get; } = new();

    public void Dispose() => _listener.Dispose();

    private async Task AcceptAsync()
    {
        try
        {
            while (true)
            {
                _ = ServeAsync(await _listener.AcceptTcpClientAsync());
            }
        }
        catch (Exception e) when (e is SocketException or ObjectDisposedException)
        {
            // The test is over.
        }
    }

    private async Task ServeAsync(TcpClient client)
    {
        using var owned = client;
        try
        {
            var stream = new BufferedStream(client.GetStream(), 64 * 1024);
            switch (_protocol)
            {
                case UpstreamProtocol.Http:
                    while (await HttpAsync(stream))
                    {
                        // Another on the same connection.
                    }

                    break;
                case UpstreamProtocol.FastCgi:
                    while (await FastCgiAsync(stream))
                    {
                        // As above.
                    }

                    break;
                case UpstreamProtocol.Scgi:
                    await ScgiAsync(stream);
                    break;
                default:
                    await UwsgiAsync(stream);
                    break;
            }
        }
        catch (Exception e) when (e is IOException or SocketException or EndOfStreamException)
        {
            // The router cut it: a body that broke in the middle.
        }
    }

    private async Task<bool> HttpAsync(Stream stream)
    {
        var head = new StringBuilder();
        while (!head.ToString().EndsWith("\r\n\r\n", StringComparison.Ordinal))
        {
            var value = await ByteAsync(stream);
            if (value < 0)
            {
                Waste(head.ToString());
                return false;
            }

            head.Append((char)value);
        }

        LastHead = head.ToString();
        var lines = LastHead.Split("\r\n");
        var first = lines[0].Split(' ');
        if (first.Length != 3 || first[2] != "HTTP/1.1")
        {
            Waste(LastHead);
            return false;
        }

        Targets.Enqueue(first[1]);
        var length = lines.Where(static line => line.StartsWith("Content-Length: ", StringComparison.OrdinalIgnoreCase)).Select(static line => int.Parse(line[16..], System.Globalization.CultureInfo.InvariantCulture)).ToArray();
        var codings = lines.Count(static line => line.StartsWith("Transfer-Encoding: chunked", StringComparison.OrdinalIgnoreCase));
        if (length.Length + codings > 1 || lines.Any(static line => line.Contains('\n', StringComparison.Ordinal)))
        {
            Waste("two framings: " + LastHead);
            return false;
        }

        if (length.Length == 1)
        {
            await ExactAsync(stream, length[0]);
        }
        else if (codings == 1)
        {
            while (await LineAsync(stream) is var size)
            {
                await ExactAsync(stream, Convert.ToInt32(size, 16));
                if (await LineAsync(stream) != "")
                {
                    Waste("a chunk without its end");
                    return false;
                }

                if (size == "0")
                {
                    break;
                }
            }
        }

        await stream.WriteAsync("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok"u8.ToArray());
        await stream.FlushAsync();
        return true;
    }

    private async Task UwsgiAsync(Stream stream)
    {
        var header = await ExactAsync(stream, 4);
        var block = await ExactAsync(stream, BinaryPrimitives.ReadUInt16LittleEndian(header.AsSpan(1)));
        await AnswerAsync(stream, ReadVars(block));
    }

    private async Task ScgiAsync(Stream stream)
    {
        var digits = "";
        while (await ByteAsync(stream) is var value && value != ':')
        {
            digits += value < 0 ? throw new EndOfStreamException() : (char)value;
        }

        var block = Encoding.Latin1.GetString(await ExactAsync(stream, int.Parse(digits, System.Globalization.CultureInfo.InvariantCulture))).Split('\0');
        await ExactAsync(stream, 1);
        await AnswerAsync(stream, block[..^1].Chunk(2).Select(static pair => (pair[0], pair[1])));
    }

    private async Task AnswerAsync(Stream stream, IEnumerable<(string Name, string Value)> variables)
    {
        await ExactAsync(stream, Remember(variables));
        await stream.WriteAsync("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok"u8.ToArray());
        await stream.FlushAsync();

        // One request a connection: whatever else comes is none.
        var rest = new byte[256];
        if (await stream.ReadAsync(rest) is var count and > 0)
        {
            Waste(Encoding.Latin1.GetString(rest, 0, count));
        }
    }

    private async Task<bool> FastCgiAsync(Stream stream)
    {
        var parameters = new List<byte>();
        while (true)
        {
            var first = await ByteAsync(stream);
            if (first < 0)
            {
                return false;
            }

            var header = await ExactAsync(stream, 7);
            var content = await ExactAsync(stream, BinaryPrimitives.ReadUInt16BigEndian(header.AsSpan(3)));
            await ExactAsync(stream, header[5]);
            if (first != 1 || BinaryPrimitives.ReadUInt16BigEndian(header.AsSpan(1)) != 1)
            {
                Waste("a record that is none");
                return false;
            }

            switch (header[0])
            {
                case 4 when content.Length == 0:
                    Remember(ReadPairs([.. parameters]));
                    parameters.Clear();
                    break;
                case 4:
                    parameters.AddRange(content);
                    break;
                case 5 when content.Length == 0:
                    await stream.WriteAsync((byte[])[1, 6, 0, 1, 0, 36, 4, 0, .. "Status: 200\r\nContent-Length: 2\r\n\r\nok"u8, 0, 0, 0, 0, 1, 3, 0, 1, 0, 8, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0]);
                    await stream.FlushAsync();
                    return true;
            }
        }
    }

    private int Remember(IEnumerable<(string Name, string Value)> variables)
    {
        var all = variables.ToList();
        LastHead = string.Join('\n', all.Select(static pair => $"{pair.Name}={pair.Value}"));
        Targets.Enqueue(all.First(static pair => pair.Name == "REQUEST_URI").Value);
        return all.Where(static pair => pair.Name == "CONTENT_LENGTH").Select(static pair => int.Parse(pair.Value, System.Globalization.CultureInfo.InvariantCulture)).SingleOrDefault();
    }

    private static List<(string, string)> ReadVars(byte[] block)
    {
        var variables = new List<(string, string)>();
        var reader = new UwsgiVarReader(block);
        while (reader.TryRead(out var name, out var value))
        {
            variables.Add((Encoding.Latin1.GetString(name), Encoding.Latin1.GetString(value)));
        }

        return variables;
    }

    private static IEnumerable<(string, string)> ReadPairs(byte[] block)
    {
        var position = 0;
        while (position < block.Length)
        {
            var lengths = new int[2];
            for (var i = 0; i < 2; i++)
            {
                lengths[i] = block[position] < 128 ? block[position++] : (int)(BinaryPrimitives.ReadUInt32BigEndian(block.AsSpan((position += 4) - 4)) & 0x7fff_ffff);
            }

            yield return (Encoding.Latin1.GetString(block, position, lengths[0]), Encoding.Latin1.GetString(block, position + lengths[0], lengths[1]));
            position += lengths[0] + lengths[1];
        }
    }

    private void Waste(string bytes)
    {
        if (bytes.Length > 0)
        {
            Garbage.Enqueue(bytes);
        }
    }

    private static async Task<int> ByteAsync(Stream stream)
    {
        var one = new byte[1];
        return await stream.ReadAsync(one) == 0 ? -1 : one[0];
    }

    private static async Task<byte[]> ExactAsync(Stream stream, int count)
    {
        var bytes = new byte[count];
        await stream.ReadExactlyAsync(bytes);
        return bytes;
    }

    private static async Task<string> LineAsync(Stream stream)
    {
        var line = new StringBuilder();
        while (await ByteAsync(stream) is var value && value != '\r')
        {
            line.Append(value < 0 ? throw new EndOfStreamException() : (char)value);
        }

        await ExactAsync(stream, 1);
        return line.ToString();
    }
}
