using System.Net;
using System.Net.Sockets;
using System.Text;

namespace UwsgiIt.Router.FunctionalTests;

/// <summary>Bytes to a socket and whatever comes back until its end.</summary>
internal static class RawClient
{
    private static readonly TimeSpan Deadline = TimeSpan.FromSeconds(30);

    public static async Task<NetworkStream> ConnectAsync(EndPoint endPoint)
    {
        var socket = new Socket(endPoint.AddressFamily, SocketType.Stream, endPoint is UnixDomainSocketEndPoint ? ProtocolType.Unspecified : ProtocolType.Tcp);
        await socket.ConnectAsync(endPoint);
        return new NetworkStream(socket, ownsSocket: true);
    }

    /// <summary>Sends and reads until the peer closes; a reset counts as an end.</summary>
    public static async Task<string> AskAsync(EndPoint endPoint, params byte[][] pieces)
    {
        await using var stream = await ConnectAsync(endPoint);
        try
        {
            foreach (var piece in pieces)
            {
                await stream.WriteAsync(piece);
            }
        }
        catch (IOException)
        {
            // It may have closed at the first piece.
        }

        return await ReadToEndAsync(stream);
    }

    public static Task<string> AskAsync(EndPoint endPoint, string text) => AskAsync(endPoint, Encoding.Latin1.GetBytes(text));

    public static async Task<string> ReadToEndAsync(Stream stream)
    {
        using var answer = new MemoryStream();
        using var deadline = new CancellationTokenSource(Deadline);
        try
        {
            await stream.CopyToAsync(answer, deadline.Token);
        }
        catch (IOException)
        {
            // Whoever is refused may be reset with bytes of ours unread.
        }

        return Encoding.Latin1.GetString(answer.ToArray());
    }

    /// <summary>Reads until the text is there.</summary>
    public static async Task<string> ReadUntilAsync(Stream stream, string text)
    {
        var answer = new StringBuilder();
        var buffer = new byte[4096];
        using var deadline = new CancellationTokenSource(Deadline);
        while (!answer.ToString().Contains(text, StringComparison.Ordinal))
        {
            var count = await stream.ReadAsync(buffer, deadline.Token);
            Assert.True(count > 0, $"It ended before \"{text}\": {answer}");
            answer.Append(Encoding.Latin1.GetString(buffer, 0, count));
        }

        return answer.ToString();
    }
}
