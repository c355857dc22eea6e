namespace UwsgiIt.Router.Hosting;

/// <summary>Whether clients should be sent here: once every listener is bound and until the stop begins.</summary>
internal sealed class Readiness(IHostApplicationLifetime lifetime)
{
    public bool IsReady => lifetime.ApplicationStarted.IsCancellationRequested && !lifetime.ApplicationStopping.IsCancellationRequested;
}
