namespace UwsgiIt.Router.Routing;

/// <summary>What happened to a request on its way, for the access log and the metrics. One per request, only where somebody asked for it.</summary>
internal sealed class RequestTrace
{
    public string? Upstream { get; set; }

    public int Attempts { get; set; }
}
