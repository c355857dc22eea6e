namespace UwsgiIt.Containerd.Hosting;

/// <summary>Whether the first definitions were read and earlier containers adopted.</summary>
internal sealed class Readiness
{
    private volatile bool _ready;

    public bool IsReady => _ready;

    public void Set() => _ready = true;
}
