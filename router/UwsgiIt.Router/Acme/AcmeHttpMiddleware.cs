namespace UwsgiIt.Router.Acme;

/// <summary>Answers the authority's request for a token of ours. All other tokens are somebody else's: a vassal may have an ACME client of its own.</summary>
internal sealed class AcmeHttpMiddleware(RequestDelegate next, AcmeChallenges challenges)
{
    private const string Prefix = "/.well-known/acme-challenge/";

    public Task InvokeAsync(HttpContext context)
    {
        var path = context.Request.Path.Value;
        if (path is null || !path.StartsWith(Prefix, StringComparison.Ordinal) || challenges.FindHttp(path[Prefix.Length..]) is not { } answer)
        {
            return next(context);
        }

        context.Response.ContentType = "application/octet-stream";
        context.Response.ContentLength = answer.Length;
        return context.Response.WriteAsync(answer);
    }
}
