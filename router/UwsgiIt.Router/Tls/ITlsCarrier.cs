namespace UwsgiIt.Router.Tls;

/// <summary>What moves a session's ciphertext: counts, 0 at the end, or a negated errno, as a StreamSocket's.</summary>
internal interface ITlsCarrier
{
    int Receive(Span<byte> buffer);

    int Send(ReadOnlySpan<byte> buffer);
}
