namespace UwsgiIt.Api.Changes;

/// <summary>Wakes who waits for hosts to report.</summary>
internal sealed class ReceiptSignal
{
    private readonly ChangeSignal _signal = new();

    public Task Next => _signal.Next;

    public void Pulse() => _signal.Pulse();
}
