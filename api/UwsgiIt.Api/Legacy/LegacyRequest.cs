using UwsgiIt.Api.Authentication;
using UwsgiIt.Api.Changes;
using UwsgiIt.Api.Hosting;
using UwsgiIt.Api.Storage;

namespace UwsgiIt.Api.Legacy;

/// <summary>One request to the legacy root, as its handlers see it.</summary>
internal sealed class LegacyRequest(HttpContext http)
{
    public HttpContext Http => http;

    public ApiContext Db => field ??= Service<ApiContext>();

    public Caller Caller => http.Features.Get<Caller>() ?? Caller.Anonymous;

    public int CustomerId => Caller.CustomerId ?? 0;

    public IQueryCollection Query => http.Request.Query;

    public CancellationToken Aborted => http.RequestAborted;

    public long Now => Service<TimeProvider>().GetUtcNow().ToUnixTimeSeconds();

    public T Service<T>()
        where T : notnull => http.RequestServices.GetRequiredService<T>();

    public string? Route(string name) => http.Request.RouteValues[name] as string;

    /// <summary>The container's row id in the path; 0 when it is none.</summary>
    public int ContainerId => LegacyUid.TryRead(Route("uid"), out var id) ? id : 0;

    public int Id => LegacyUid.Id(Route("id"));

    /// <summary>The body, whatever its content type says. Read after authentication and ownership, before the transaction.</summary>
    public Task<LegacyBody> BodyAsync() => LegacyBody.ReadAsync(http);

    public Task<LegacyAnswer> WriteAsync(Func<Task<LegacyAnswer>> work) => Service<WriteScope>().RunAsync(work);

    /// <summary>Runs work whose refusals this route tells in its own way.</summary>
    public static async Task<T> RefusingAsync<T>(FaultKind kind, Func<Task<T>> work)
    {
        try
        {
            return await work();
        }
        catch (Fault fault) when (fault.Kind is FaultKind.BadRequest or FaultKind.Forbidden or FaultKind.Conflict or FaultKind.NotFound)
        {
            throw new Fault(kind, fault.Message);
        }
    }
}
