using System.Buffers;
using System.Net.Sockets;
using Microsoft.AspNetCore.Connections;

namespace UwsgiIt.Router.Forwarding;

// The request's body, from the client (or from where it was buffered) to the upstream.
internal sealed partial class RequestForwarder
{
    private static async ValueTask<ForwardOutcome> TakeBodyAsync(HttpContext context, BufferedBody body, ForwardingOptions settings)
    {
        try
        {
            return await body.ReadAsync(context, settings);
        }
        catch (BadHttpRequestException e)
        {
            return e.StatusCode == StatusCodes.Status413PayloadTooLarge ? ForwardOutcome.RequestBodyTooLarge : ForwardOutcome.BadRequestBody;
        }
        catch (Exception e) when (e is OperationCanceledException or ConnectionAbortedException or ConnectionResetException)
        {
            return ForwardOutcome.ClientAborted;
        }
    }

    /// <summary>Never throws: what stopped it is its result, and the download decides what that means.</summary>
    private static async Task<ForwardOutcome> UploadAsync(ForwardRequest request, IUpstreamCodec codec, UpstreamConnection connection, BufferedBody? body, ForwardingOptions settings)
    {
        var buffer = RequestBuffer.Rent();
        try
        {
            if (body is not null)
            {
                await UploadBufferedAsync(request, codec, connection, body, buffer, settings);
            }
            else if (!await UploadStreamAsync(request, codec, connection, buffer, settings))
            {
                return ForwardOutcome.ClosedEarly;
            }

            WriteEnd(request, codec, buffer);
            await connection.SendAsync(buffer.Memory);
            return ForwardOutcome.Completed;
        }
        catch (BadHttpRequestException e)
        {
            // The client broke its own body: the upstream must not take what it has for a whole one.
            connection.Abort();
            return e.StatusCode == StatusCodes.Status413PayloadTooLarge ? ForwardOutcome.RequestBodyTooLarge : ForwardOutcome.BadRequestBody;
        }
        catch (Exception e) when (e is ConnectionAbortedException or ConnectionResetException or OperationCanceledException)
        {
            connection.Abort();
            return ForwardOutcome.ClientAborted;
        }
        catch (Exception e) when (e is SocketException or ObjectDisposedException or IOException)
        {
            // The upstream stopped reading. It may have answered all the same.
            return ForwardOutcome.ClosedEarly;
        }
        finally
        {
            buffer.Return();
        }
    }

    private static async ValueTask<bool> UploadStreamAsync(ForwardRequest request, IUpstreamCodec codec, UpstreamConnection connection, RequestBuffer buffer, ForwardingOptions settings)
    {
        var reader = request.Context.Request.BodyReader;
        while (true)
        {
            var read = await reader.ReadAsync();
            if (read.IsCanceled)
            {
                return false;
            }

            var rest = read.Buffer;
            while (rest.Length > 0)
            {
                var piece = rest.Slice(0, Math.Min(rest.Length, RequestBuffer.PieceBytes));
                rest = rest.Slice(piece.Length);
                buffer.Clear();
                piece.CopyTo(ReservePiece(request, codec, buffer, (int)piece.Length));
                WritePieceEnd(request, codec, buffer);
                connection.Deadline = After(settings.ResponseTimeout);
                await connection.SendAsync(buffer.Memory);
            }

            reader.AdvanceTo(read.Buffer.End);
            if (read.IsCompleted)
            {
                return true;
            }
        }
    }

    private static async ValueTask UploadBufferedAsync(ForwardRequest request, IUpstreamCodec codec, UpstreamConnection connection, BufferedBody body, RequestBuffer buffer, ForwardingOptions settings)
    {
        var stream = body.Open();
        var piece = ArrayPool<byte>.Shared.Rent(RequestBuffer.PieceBytes);
        try
        {
            while (await stream.ReadAsync(piece) is var count and > 0)
            {
                buffer.Clear();
                piece.AsSpan(0, count).CopyTo(ReservePiece(request, codec, buffer, count));
                connection.Deadline = After(settings.ResponseTimeout);
                await connection.SendAsync(buffer.Memory);
            }
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(piece);
        }
    }

    private static Span<byte> ReservePiece(in ForwardRequest request, IUpstreamCodec codec, RequestBuffer buffer, int length)
    {
        if (codec.BodyFraming == BodyFraming.FastCgi)
        {
            FastCgiCodec.WriteRecord(buffer.Reserve(FastCgiDecoder.HeaderBytes), FastCgiDecoder.Stdin, length);
        }
        else if (IsChunked(request, codec))
        {
            buffer.WriteHexadecimal(length);
            buffer.Write("\r\n"u8);
        }

        return buffer.Reserve(length);
    }

    private static void WritePieceEnd(in ForwardRequest request, IUpstreamCodec codec, RequestBuffer buffer)
    {
        if (IsChunked(request, codec))
        {
            buffer.Write("\r\n"u8);
        }
    }

    private static void WriteEnd(in ForwardRequest request, IUpstreamCodec codec, RequestBuffer buffer)
    {
        buffer.Clear();
        if (codec.BodyFraming == BodyFraming.FastCgi)
        {
            FastCgiCodec.WriteRecord(buffer.Reserve(FastCgiDecoder.HeaderBytes), FastCgiDecoder.Stdin, 0);
        }
        else if (IsChunked(request, codec))
        {
            buffer.Write("0\r\n\r\n"u8);
        }
    }

    private static bool IsChunked(in ForwardRequest request, IUpstreamCodec codec) =>
        codec.BodyFraming == BodyFraming.ChunkedIfUnknown && request.BodyLength < 0;
}
