using UwsgiIt.LoadTest;

namespace UwsgiIt.Comparison.Planning;

/// <summary>How many of each a request needs.</summary>
internal static class Primitives
{
    private const int SmallBytes = 64 * 1024;

    // A block of memory, 4 KiB, without room for a head.
    private const int BlockBytes = 4096 - 256;

    public static readonly int Count = Enum.GetValues<Primitive>().Length;

    public static double[] Of(PlannedRequest request)
    {
        var counts = new double[Count];
        if (request.Protocol == LoadProtocol.WebSocket)
        {
            Add(Primitive.WebSocketMessage, 1);
            Add(request.Tls ? Primitive.TlsRequestByte : Primitive.RequestByte, request.RequestBytes);
            AddResponse(request.RequestBytes);
        }
        else
        {
            Add(request.Upstream switch { Upstream.Uwsgi => Primitive.UwsgiRequest, Upstream.FastCgi => Primitive.FastCgiRequest, _ => Primitive.HttpRequest }, 1);
            Add(request.Tls ? Primitive.TlsRequestByte : Primitive.RequestByte, request.RequestBytes);
            AddResponse(request.ResponseBytes);
            Add(Primitive.LongAnswer, IsLong(request) ? 1 : 0);
            Add(Primitive.Upload, request.RequestBytes > 0 ? 1 : 0);
        }

        if (request.Tls)
        {
            Add(request.Protocol == LoadProtocol.Http2 ? Primitive.Http2Request : Primitive.TlsRequest, 1);
        }

        if (request.Connection != ConnectionKind.Kept)
        {
            Add(Primitive.Connection, 1);
            if (request.Tls)
            {
                Add(request.Connection == ConnectionKind.Resumed ? Primitive.ResumedHandshake : request.Key == CertificateKey.Rsa ? Primitive.RsaHandshake : Primitive.EcdsaHandshake, 1);
            }
        }

        return counts;

        void Add(Primitive primitive, double count) => counts[(int)primitive] += count;

        void AddResponse(int bytes)
        {
            if (request.Protocol == LoadProtocol.Http2)
            {
                Add(Primitive.Http2ResponseByte, bytes);
                return;
            }

            Add(request.Tls ? Primitive.TlsResponseByte : Primitive.ResponseByte, Math.Min(bytes, SmallBytes));
            Add(request.Tls ? Primitive.LargeTlsResponseByte : Primitive.LargeResponseByte, Math.Max(0, bytes - SmallBytes));
        }
    }

    /// <summary>How many of each a request of the mix needs on average.</summary>
    public static double[] Of(PlannedMix mix)
    {
        var sum = new double[Count];
        foreach (var (request, share) in mix.Shares)
        {
            var counts = Of(request);
            for (var i = 0; i < Count; i++)
            {
                sum[i] += share * counts[i];
            }
        }

        // What comes next is of another kind with the chance that two requests differ.
        sum[(int)Primitive.Switch] = 1 - mix.Shares.GroupBy(static pair => KindOf(pair.Request), static pair => pair.Share).Sum(static shares => Math.Pow(shares.Sum(), 2));
        return sum;
    }

    private static bool IsLong(PlannedRequest request) => request.ResponseBytes > BlockBytes;

    /// <summary>Requests of one kind take the same way through the router, whatever their length.</summary>
    private static (Upstream Upstream, bool Tls, ConnectionKind Connection, CertificateKey Key, LoadProtocol Protocol, bool IsLong, bool IsUpload) KindOf(PlannedRequest request) =>
        (request.Upstream, request.Tls, request.Connection, request.Key, request.Protocol, IsLong(request), request.RequestBytes > 0);
}
