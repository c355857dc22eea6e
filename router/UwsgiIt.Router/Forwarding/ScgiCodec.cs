namespace UwsgiIt.Router.Forwarding;

/// <summary>SCGI: a netstring of NUL-terminated names and values, CONTENT_LENGTH first, then the raw body; one request per connection.</summary>
internal sealed class ScgiCodec : IUpstreamCodec
{
    // Room for the netstring's length, written once it is known: nine digits and the colon.
    private const int PrefixBytes = 10;

    // Ours: the same bound as uwsgi's var block, so that a name may change protocol.
    private const int MaxHeadBytes = 65_535;

    public BodyFraming BodyFraming => BodyFraming.Raw;

    public bool NeedsBodyLength => true;

    public bool HasHttpResponse => false;

    public bool CanReuse => false;

    public ForwardOutcome WriteHead(RequestBuffer buffer, ForwardRequest request, ForwardingOptions options)
    {
        buffer.Reserve(PrefixBytes);
        var sink = new Sink(buffer);

        // The specification wants CONTENT_LENGTH first and always, so the shared variables leave it to us.
        CgiVariables.Number(ref sink, "CONTENT_LENGTH"u8, request.BodyLength);
        CgiVariables.Bytes(ref sink, "SCGI"u8, "1"u8);
        sink.SkipContentLength = true;
        var result = CgiVariables.Write(ref sink, request, options);
        if (result != CgiVariablesResult.Ok)
        {
            return CgiVariables.OutcomeOf(result);
        }

        buffer.Skip = WriteLength(buffer.Written(0)[..PrefixBytes], buffer.Length - PrefixBytes);
        buffer.Write(","u8);
        return ForwardOutcome.Completed;
    }

    /// <summary>Writes the length right-aligned, for a netstring's may have no leading zeros; returns how many bytes before it are unused.</summary>
    private static int WriteLength(Span<byte> prefix, int length)
    {
        prefix[^1] = (byte)':';
        var position = prefix.Length - 1;
        do
        {
            prefix[--position] = (byte)('0' + (length % 10));
            length /= 10;
        }
        while (length > 0);
        return position;
    }

    private ref struct Sink(RequestBuffer buffer) : ICgiVariableSink
    {
        public bool SkipContentLength { get; set; }

        public readonly bool TryReserve(scoped ReadOnlySpan<byte> name, int valueBytes, out Span<byte> value)
        {
            if (SkipContentLength && (name.SequenceEqual("CONTENT_LENGTH"u8) || name.SequenceEqual("HTTPS_CLIENT_CERTIFICATE"u8)))
            {
                // Said already, or binary: a NUL ends a value here, so a certificate could bring variables of its own. It goes to a scratch area.
                value = new byte[valueBytes];
                return true;
            }

            if (buffer.Length + name.Length + valueBytes + 2 > MaxHeadBytes)
            {
                value = default;
                return false;
            }

            buffer.Write(name);
            buffer.Write("\0"u8);
            var start = buffer.Reserve(valueBytes + 1);
            start[^1] = 0;
            value = start[..^1];
            return true;
        }
    }
}
