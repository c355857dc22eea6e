using System.Buffers;
using Microsoft.AspNetCore.Connections;

namespace UwsgiIt.Router.Sessions;

/// <summary>Looks at a connection's hello and leaves every byte where it is.</summary>
internal static class ClientHelloPeek
{
    /// <summary>The hello, or null when it is none, too long, or not there in time.</summary>
    public static async ValueTask<ClientHello?> ReadAsync(ConnectionContext connection, TimeSpan timeout)
    {
        using var deadline = new CancellationTokenSource(timeout);
        var input = connection.Transport.Input;
        try
        {
            while (true)
            {
                var read = await input.ReadAsync(deadline.Token);
                var status = Read(read.Buffer, out var hello);

                // Examined only where more is needed: whoever reads next is to find it all at once.
                input.AdvanceTo(read.Buffer.Start, status == ClientHelloStatus.Incomplete ? read.Buffer.End : read.Buffer.Start);
                if (status != ClientHelloStatus.Incomplete || read.IsCompleted)
                {
                    return hello;
                }
            }
        }
        catch (Exception e) when (e is OperationCanceledException or IOException)
        {
            return null;
        }
    }

    private static ClientHelloStatus Read(in ReadOnlySequence<byte> buffer, out ClientHello? hello)
    {
        if (buffer.IsSingleSegment)
        {
            return ClientHelloReader.Read(buffer.FirstSpan, out hello);
        }

        var joined = ArrayPool<byte>.Shared.Rent((int)Math.Min(buffer.Length, ClientHelloReader.MaxBytes));
        try
        {
            var length = (int)Math.Min(buffer.Length, ClientHelloReader.MaxBytes);
            buffer.Slice(0, length).CopyTo(joined);
            return ClientHelloReader.Read(joined.AsSpan(0, length), out hello);
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(joined);
        }
    }
}
