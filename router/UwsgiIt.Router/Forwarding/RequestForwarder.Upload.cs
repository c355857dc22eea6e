using System.Buffers;
using System.IO.Pipelines;
using System.Net.Sockets;
using Microsoft.AspNetCore.Connections;

namespace UwsgiIt.Router.Forwarding;

// The request's body, from the client (or from where it was buffered) to the upstream.
internal sealed partial class RequestForwarder
{
    private static async ValueTask<ForwardOutcome> TakeBodyAsync(ForwardRequest request)
    {
        var body = new BufferedBody();
        request.Context.Response.RegisterForDispose(body);
        request.Context.Features.Set(body);
        try
        {
            var outcome = await body.ReadAsync(request.Context, request.Settings, request.UploadBandwidth);
            request.Take(body);
            return outcome;
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
    private static async Task<ForwardOutcome> UploadAsync(ForwardRequest request)
    {
        var connection = request.Connection;
        var buffer = RequestBuffer.Rent();
        try
        {
            if (request.Body is not null)
            {
                await UploadBufferedAsync(request, request.Body, buffer);
            }
            else if (!await UploadStreamAsync(request, buffer))
            {
                return ForwardOutcome.ClosedEarly;
            }

            WriteEnd(request, buffer);
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

    private static async ValueTask<bool> UploadStreamAsync(ForwardRequest request, RequestBuffer buffer)
    {
        var reader = request.Context.Request.BodyReader;
        while (true)
        {
            var read = await ReadBodyAsync(reader);
            try
            {
                if (read.IsCanceled)
                {
                    return false;
                }

                await UploadPiecesAsync(request, buffer, read.Buffer);
            }
            finally
            {
                // Also of a body that has nowhere to go: with a read left open, Kestrel could not step over the rest and would cut off the client.
                reader.AdvanceTo(read.Buffer.End);
            }

            if (read.IsCompleted)
            {
                return true;
            }
        }
    }

    private static async ValueTask UploadPiecesAsync(ForwardRequest request, RequestBuffer buffer, ReadOnlySequence<byte> rest)
    {
        while (rest.Length > 0)
        {
            var piece = rest.Slice(0, Math.Min(rest.Length, RequestBuffer.PieceBytes));
            rest = rest.Slice(piece.Length);
            buffer.Clear();
            piece.CopyTo(ReservePiece(request, buffer, (int)piece.Length));
            WritePieceEnd(request, buffer);
            if (request.UploadBandwidth is { } bandwidth)
            {
                // The wait is ours, nobody is late for it.
                request.Connection.Deadline = long.MaxValue;
                await bandwidth.TakeAsync((int)piece.Length, request.Context.RequestAborted);
            }

            request.Connection.Deadline = After(request.Settings.ResponseTimeout);
            await request.Connection.SendAsync(buffer.Memory);
        }
    }

    /// <summary>Kestrel has two ways to say that a body is broken; an <see cref="IOException"/> of the client's side must not pass for one of the upstream's.</summary>
    /// <exception cref="BadHttpRequestException">The body is broken.</exception>
    public static async ValueTask<ReadResult> ReadBodyAsync(PipeReader reader, CancellationToken cancellationToken = default)
    {
        try
        {
            return await reader.ReadAsync(cancellationToken);
        }
        catch (IOException e) when (e is not (BadHttpRequestException or ConnectionResetException))
        {
            throw new BadHttpRequestException(e.Message, e);
        }
    }

    private static async ValueTask UploadBufferedAsync(ForwardRequest request, BufferedBody body, RequestBuffer buffer)
    {
        var stream = body.Open();
        var piece = ArrayPool<byte>.Shared.Rent(RequestBuffer.PieceBytes);
        try
        {
            while (await stream.ReadAsync(piece) is var count and > 0)
            {
                buffer.Clear();
                piece.AsSpan(0, count).CopyTo(ReservePiece(request, buffer, count));
                request.Connection.Deadline = After(request.Settings.ResponseTimeout);
                await request.Connection.SendAsync(buffer.Memory);
            }
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(piece);
        }
    }

    private static Span<byte> ReservePiece(ForwardRequest request, RequestBuffer buffer, int length)
    {
        if (request.Codec.BodyFraming == BodyFraming.FastCgi)
        {
            FastCgiCodec.WriteRecord(buffer.Reserve(FastCgiDecoder.HeaderBytes), FastCgiDecoder.Stdin, length);
        }
        else if (IsChunked(request))
        {
            buffer.WriteHexadecimal(length);
            buffer.Write("\r\n"u8);
        }

        return buffer.Reserve(length);
    }

    private static void WritePieceEnd(ForwardRequest request, RequestBuffer buffer)
    {
        if (IsChunked(request))
        {
            buffer.Write("\r\n"u8);
        }
    }

    private static void WriteEnd(ForwardRequest request, RequestBuffer buffer)
    {
        buffer.Clear();
        if (request.Codec.BodyFraming == BodyFraming.FastCgi)
        {
            FastCgiCodec.WriteRecord(buffer.Reserve(FastCgiDecoder.HeaderBytes), FastCgiDecoder.Stdin, 0);
        }
        else if (IsChunked(request))
        {
            buffer.Write("0\r\n\r\n"u8);
        }
    }

    private static bool IsChunked(ForwardRequest request) =>
        request.Codec.BodyFraming == BodyFraming.ChunkedIfUnknown && request.BodyLength < 0;
}
