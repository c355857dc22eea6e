using System.Net;
using System.Net.Sockets;
using System.Text;
using UwsgiIt.Router.Forwarding;

namespace UwsgiIt.Router.Sessions;

/// <summary>Tells a mail server who its client is (postfix.org, XCLIENT_README). Its first greeting was for us; the one after XCLIENT is the client's.</summary>
internal static class Xclient
{
    // Ours: a greeting is a line or a few; arbitrary, may grow.
    private const int MaxGreetingBytes = 4096;

    /// <summary>False when no greeting came.</summary>
    public static async ValueTask<bool> IntroduceAsync(UpstreamConnection connection, IPAddress? client)
    {
        int end;
        while ((end = EndOfGreeting(connection.Buffered)) < 0)
        {
            var room = connection.Room(MaxGreetingBytes);
            if (room.IsEmpty)
            {
                return false;
            }

            var count = await connection.ReceiveAsync(room);
            if (count == 0)
            {
                return false;
            }

            connection.Added(count);
        }

        connection.Consume(end);
        await connection.SendAsync(Encoding.ASCII.GetBytes($"XCLIENT ADDR={Text(client)}\r\n"));
        return true;
    }

    /// <summary>Behind the line feed of the last line; lines before it have a '-' after their code (RFC 5321, 4.2.1). -1 while it is not there.</summary>
    private static int EndOfGreeting(ReadOnlySpan<byte> greeting)
    {
        var start = 0;
        while (greeting[start..].IndexOf((byte)'\n') is var length and >= 0)
        {
            var line = greeting.Slice(start, length);
            start += length + 1;
            if (line.Length < 4 || line[3] != '-')
            {
                return start;
            }
        }

        return -1;
    }

    private static string Text(IPAddress? client) => client switch
    {
        null => "[UNAVAILABLE]",
        { IsIPv4MappedToIPv6: true } => client.MapToIPv4().ToString(),
        { AddressFamily: AddressFamily.InterNetworkV6 } => $"IPV6:{new IPAddress(client.GetAddressBytes())}",
        _ => client.ToString(),
    };
}
