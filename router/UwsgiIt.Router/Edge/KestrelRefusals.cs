using System.Diagnostics;
using System.Reflection;
using Microsoft.AspNetCore.Http.Features;
using UwsgiIt.Router.Diagnostics;

namespace UwsgiIt.Router.Edge;

/// <summary>
/// Counts what Kestrel refuses before any middleware sees it, by Kestrel's own reason. A diagnostic source of its own: whoever listens to the
/// host's pays at every request.
/// </summary>
internal sealed class KestrelRefusals : DiagnosticListener, IObserver<KeyValuePair<string, object?>>
{
    private const string BadRequest = "Microsoft.AspNetCore.Server.Kestrel.BadRequest";

    private readonly RouterMetrics _metrics;

    public KestrelRefusals(RouterMetrics metrics)
        : base("UwsgiIt.Router.Kestrel")
    {
        _metrics = metrics;
        Subscribe(this, static name => name == BadRequest);
    }

    public void OnNext(KeyValuePair<string, object?> value)
    {
        if (value.Key == BadRequest && (value.Value as IFeatureCollection)?.Get<IBadRequestExceptionFeature>()?.Error is { } error)
        {
            _metrics.RequestRefused(CauseOf(error));
        }
    }

    public void OnCompleted()
    {
    }

    public void OnError(Exception error)
    {
    }

    /// <summary>The reason is not public; without it the status has to do.</summary>
    private static string CauseOf(Exception error) =>
        error.GetType().GetProperty("Reason", BindingFlags.Instance | BindingFlags.NonPublic)?.GetValue(error)?.ToString()
        ?? $"Status{(error as Microsoft.AspNetCore.Http.BadHttpRequestException)?.StatusCode ?? StatusCodes.Status400BadRequest}";
}
