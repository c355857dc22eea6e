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
            Add(Primitive.LongAnswer, request.ResponseBytes > BlockBytes ? 1 : 0);
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

        return sum;
    }
}
