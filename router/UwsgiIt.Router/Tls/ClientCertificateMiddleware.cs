using UwsgiIt.Router.Certificates;
using UwsgiIt.Router.Routing;
using UwsgiIt.Router.Subscriptions;

namespace UwsgiIt.Router.Tls;

/// <summary>
/// A name that asks for client certificates is reached only through a handshake under that name. Otherwise another name's SNI, or plain
/// HTTP, would be the way around it: 421 and 403.
/// </summary>
internal sealed class ClientCertificateMiddleware(RequestDelegate next, CertificateStore store, ErrorAnswer answer)
{
    public Task InvokeAsync(HttpContext context)
    {
        if (!store.HasClientCas)
        {
            return next(context);
        }

        var wanted = store.Find(SubscriptionKeys.HostPart(context.Request.Headers.Host.ToString()));
        if (!context.Request.IsHttps)
        {
            return wanted.ClientCertificateRequired ? answer.WriteAsync(context, StatusCodes.Status403Forbidden) : next(context);
        }

        var used = context.Features.Get<CertificateBinding>();
        return used != wanted && (wanted.HasClientCa || used is not { HasClientCa: false })
            ? answer.WriteAsync(context, StatusCodes.Status421MisdirectedRequest)
            : next(context);
    }
}
