using System.Buffers;
using System.IO.Pipelines;
using System.Runtime.CompilerServices;
using System.Text;
using Microsoft.AspNetCore.Server.Kestrel.Core.Features;
using UwsgiIt.Router.Buffers;
using UwsgiIt.Router.Transport;

namespace UwsgiIt.Router.Forwarding;

// The upstream's answer, from its socket to the client.
internal sealed partial class RequestForwarder
{
    // Ours: 103 Early Hints may come a few times; a hundred of anything is an attack.
    private const int MaxInterimResponses = 16;
    private const int ReceiveBytes = 16 * 1024;

    [AsyncMethodBuilder(typeof(CachedValueTaskMethodBuilder<>))]
    private async ValueTask<(ForwardOutcome Outcome, bool Reusable)> DownloadAsync(ForwardRequest request)
    {
        var context = request.Context;
        var connection = request.Connection;
        var codec = request.Codec;
        var records = codec.BodyFraming == BodyFraming.FastCgi ? new FastCgiDecoder() : null;
        var outcome = await ReadHeadAsync(request, records);
        var head = request.Head;
        if (outcome != ForwardOutcome.Completed)
        {
            context.Response.Headers.Clear();
            LogErrorStream(records, connection);
            return (outcome, false);
        }

        if (request.Transformed is { } transformed && !await TransformAsync(context, transformed, head))
        {
            return (ForwardOutcome.Completed, false);
        }

        if (head.StatusCode == StatusCodes.Status101SwitchingProtocols)
        {
            return (await UpgradeAsync(request), false);
        }

        if (request.Upgrade == UpgradeKind.Upgrade)
        {
            // What the client sends next was meant for the new protocol: it must not be read as a request.
            context.Response.Headers.Connection = "close";
        }

        if (request.Transformed is null)
        {
            context.Response.StatusCode = head.StatusCode;
            if (head.ContentLength >= 0 && head.StatusCode is not (204 or 205))
            {
                context.Response.ContentLength = head.ContentLength;
            }
        }

        var reusable = (codec.HasHttpResponse ? head.KeepsAlive : records is not null) && request.Upgrade == UpgradeKind.None;
        if (!request.ExpectsResponseBody(head.StatusCode))
        {
            // FastCGI ends every answer with a record of its own, which nobody reads here.
            return (ForwardOutcome.Completed, reusable && records is null && connection.Buffered.IsEmpty);
        }

        IResponseDecoder decoder = records is not null ? records
            : head.IsChunked ? new ChunkedDecoder()
            : head.ContentLength >= 0 ? request.Length.Expect(head.ContentLength)
            : new CloseDecoder();
        outcome = await StreamAsync(request, decoder);
        LogErrorStream(records, connection);
        return (outcome, reusable && decoder is { IsComplete: true, IsFaulted: false } and not CloseDecoder);
    }

    /// <summary>Has the route's transforms put the head on the client's response; false when the body is not wanted.</summary>
    private static ValueTask<bool> TransformAsync(HttpContext context, TransformedRequest transformed, in ResponseHead head)
    {
        var headers = new HeaderDictionary();
        foreach (var (name, values) in context.Response.Headers)
        {
            headers[name] = values;
        }

        if (head.ContentLength >= 0)
        {
            headers.ContentLength = head.ContentLength;
        }

        context.Response.Headers.Clear();
        return transformed.RespondAsync(context, head.StatusCode, headers, context.RequestAborted);
    }

    [AsyncMethodBuilder(typeof(CachedValueTaskMethodBuilder<>))]
    private async ValueTask<ForwardOutcome> ReadHeadAsync(ForwardRequest request, FastCgiDecoder? records)
    {
        var connection = request.Connection;
        var isHttp = request.Codec.HasHttpResponse;
        for (var interim = 0; interim <= MaxInterimResponses; interim++)
        {
            int end;
            while ((end = ResponseHeadReader.FindEnd(connection.Buffered, allowBareLineFeed: !isHttp)) < 0)
            {
                var room = connection.Room(request.Settings.MaxResponseHeadBytes);
                if (room.IsEmpty)
                {
                    return Refuse(connection, "its head is longer than Forwarding:MaxResponseHeadBytes");
                }

                var count = await connection.ReceiveAsync(room);
                connection.Added(count);
                if (count == 0)
                {
                    return connection.Buffered.IsEmpty && records is not { IsFaulted: true } ? ForwardOutcome.ClosedEarly : Refuse(connection, "it ended within its head");
                }

                if (records is not null)
                {
                    connection.Shorten(count - records.Decode(connection.Tail(count)));
                    if (records.IsFaulted || (records.IsComplete && ResponseHeadReader.FindEnd(connection.Buffered, allowBareLineFeed: true) < 0))
                    {
                        return Refuse(connection, "its records are broken or end within the head");
                    }
                }
            }

            if (!ResponseHeadReader.TryRead(connection.Buffered[..end], isHttp, request.Settings.MaxResponseHeaders, request.Context.Response.Headers, out request.Head))
            {
                return Refuse(connection, "its head is malformed");
            }

            connection.Consume(end);
            if (request.Head.StatusCode >= 200 || (request.Head.StatusCode == 101 && request.Upgrade != UpgradeKind.None))
            {
                return ForwardOutcome.Completed;
            }

            if (request.Head.StatusCode == 101)
            {
                return Refuse(connection, "it switches protocols unasked");
            }

            request.Context.Response.Headers.Clear();
        }

        return Refuse(connection, "it has too many interim responses");
    }

    /// <summary>
    /// Streams under our own bounds: Kestrel's rate knows of no bytes that were written into its own memory, and would cut whoever leaves one of
    /// the kernel's large steps waiting for its grace.
    /// </summary>
    [AsyncMethodBuilder(typeof(CachedValueTaskMethodBuilder<>))]
    private static async ValueTask<ForwardOutcome> StreamAsync(ForwardRequest request, IResponseDecoder decoder)
    {
        if (request.Head.ContentLength is >= 0 and <= ReceiveBytes || request.Context.Features.Get<IHttpMinResponseDataRateFeature>() is not { MinDataRate: { } kept } rate)
        {
            return await CopyAsync(request, decoder);
        }

        rate.MinDataRate = null;
        var outcome = await CopyAsync(request, decoder);
        rate.MinDataRate = kept;
        return outcome;
    }

    [AsyncMethodBuilder(typeof(CachedValueTaskMethodBuilder<>))]
    private static async ValueTask<ForwardOutcome> CopyAsync(ForwardRequest request, IResponseDecoder decoder)
    {
        var context = request.Context;
        var connection = request.Connection;
        var contentLength = request.Head.ContentLength;
        var writer = context.Response.BodyWriter;
        var left = contentLength < 0 ? long.MaxValue : contentLength;

        // What came with the head. For FastCGI it went through the decoder already.
        var early = connection.Buffered;
        var payload = decoder is FastCgiDecoder ? early.Length : decoder.Decode(early);
        payload = (int)Math.Min(payload, left);
        left -= payload;
        writer.Write(early[..payload]);
        connection.ReleaseBuffer();
        var unflushed = payload;

        while (!decoder.IsComplete && !decoder.IsFaulted)
        {
            if (unflushed > 0)
            {
                var flushed = await FlushAsync(request, writer);
                if (request.Bandwidth is { } bandwidth)
                {
                    // The wait is ours, nobody is late for it.
                    connection.Deadline = long.MaxValue;
                    await bandwidth.TakeAsync(unflushed, context.RequestAborted);
                }

                unflushed = 0;
                if (flushed.IsCompleted || flushed.IsCanceled)
                {
                    return ForwardOutcome.ClientAborted;
                }
            }

            connection.Deadline = After(request.Settings.BodyIdleTimeout);
            var memory = writer.GetMemory(ReceiveBytes);
            var count = await connection.ReceiveAsync(memory);
            if (count == 0)
            {
                if (decoder.EndsWithClose())
                {
                    break;
                }

                return Cut(context);
            }

            payload = (int)Math.Min(decoder.Decode(memory.Span[..count]), left);
            left -= payload;
            unflushed += payload;
            if (payload > 0)
            {
                writer.Advance(payload);
            }
        }

        // A promised length that was not kept must not look like a whole answer.
        if (!decoder.IsComplete || (contentLength >= 0 && left > 0))
        {
            return Cut(context);
        }

        if (unflushed > 0)
        {
            // Kestrel does not flush a body of known length by itself when the request ends.
            await FlushAsync(request, writer);
            if (request.Bandwidth is { } bandwidth)
            {
                await bandwidth.TakeAsync(unflushed, context.RequestAborted);
            }
        }

        return ForwardOutcome.Completed;
    }

    private static ValueTask<FlushResult> FlushAsync(ForwardRequest request, PipeWriter writer)
    {
        // Nobody waits for it, mostly.
        var flush = writer.FlushAsync();
        return flush.IsCompletedSuccessfully ? flush : WaitAsync(request, flush);
    }

    [AsyncMethodBuilder(typeof(CachedValueTaskMethodBuilder<>))]
    private static async ValueTask<FlushResult> WaitAsync(ForwardRequest request, ValueTask<FlushResult> flush)
    {
        var connection = request.Connection;
        connection.Client = SocketProgress.Of(request.Context.Features);
        connection.Deadline = After(request.ClientStallTimeout);
        connection.WaitsFor = request.Context;
        try
        {
            return await flush;
        }
        finally
        {
            connection.WaitsFor = null;
            connection.Client = null;
        }
    }

    private static ForwardOutcome Cut(HttpContext context)
    {
        context.Abort();
        return ForwardOutcome.AbortedAfterStart;
    }

    private ForwardOutcome Refuse(UpstreamConnection connection, string problem)
    {
        Log.BadResponse(logger, connection.Upstream.Address.Text, problem);
        return ForwardOutcome.BadResponse;
    }

    private void LogErrorStream(FastCgiDecoder? records, UpstreamConnection connection)
    {
        if (records is { ErrorBytes: > 0 } && logger.IsEnabled(LogLevel.Information))
        {
            Log.FastCgiError(logger, connection.Upstream.Address.Text, Encoding.UTF8.GetString(records.Error));
        }
    }
}
