namespace UwsgiIt.Router.Diagnostics;

/// <summary>Counts requests while they run.</summary>
internal sealed class ActiveRequestsMiddleware(RequestDelegate next, ActiveRequests active)
{
    public async Task InvokeAsync(HttpContext context)
    {
        active.Begin();
        try
        {
            await next(context);
        }
        finally
        {
            active.End();
        }
    }
}
