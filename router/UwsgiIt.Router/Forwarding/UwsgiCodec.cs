using UwsgiIt.Protocol;
using UwsgiIt.Protocol.Packets;

namespace UwsgiIt.Router.Forwarding;

/// <summary>uwsgi: one packet of variables, then the raw body; one request per connection.</summary>
internal sealed class UwsgiCodec : IUpstreamCodec
{
    /// <summary>modifier1 that asks for a raw session instead of meaning a request type (unbit/uwsgi).</summary>
    public const byte RawModifier = 123;

    public BodyFraming BodyFraming => BodyFraming.Raw;

    public bool NeedsBodyLength => true;

    public bool HasHttpResponse => false;

    public bool CanReuse => false;

    public ForwardOutcome WriteHead(RequestBuffer buffer, ForwardRequest request, ForwardingOptions options)
    {
        buffer.Reserve(UwsgiHeader.Size);
        var sink = new Sink(buffer);
        var result = CgiVariables.Write(ref sink, request, options);
        if (result != CgiVariablesResult.Ok)
        {
            return CgiVariables.OutcomeOf(result);
        }

        // Upstream 123 is the router's word for a raw session; the backend is to see an ordinary request.
        var upstream = request.Upstream;
        var modifier1 = upstream.Modifier1 == RawModifier ? (byte)0 : upstream.Modifier1;
        new UwsgiHeader(modifier1, (ushort)(buffer.Length - UwsgiHeader.Size), upstream.Modifier2).Write(buffer.Written(0));
        return ForwardOutcome.Completed;
    }

    private readonly ref struct Sink(RequestBuffer buffer) : ICgiVariableSink
    {
        public bool TryReserve(scoped ReadOnlySpan<byte> name, int valueBytes, out Span<byte> value)
        {
            // Truncating would drop a header, perhaps the one that says who the user is: the caller answers 431.
            var length = 4 + name.Length + valueBytes;
            if (buffer.Length - UwsgiHeader.Size + length > ProtocolLimits.MaxVarBlockBytes)
            {
                value = default;
                return false;
            }

            var writer = new UwsgiVarWriter(buffer.Reserve(length));
            return writer.TryReserve(name, valueBytes, out value);
        }
    }
}
