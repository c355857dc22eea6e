using System.Collections;
using Microsoft.AspNetCore.Http.Metadata;
using UwsgiIt.Api.Contracts;
using UwsgiIt.Api.Hosting;

namespace UwsgiIt.Api.Resources;

/// <summary>Refuses what the binder lets through: a body that is <c>null</c>, and lists with <c>null</c> in them.</summary>
internal sealed class BodyFilter : IEndpointFilter
{
    public ValueTask<object?> InvokeAsync(EndpointFilterInvocationContext context, EndpointFilterDelegate next)
    {
        if (context.HttpContext.GetEndpoint()?.Metadata.GetMetadata<IAcceptsMetadata>() is not null)
        {
            Check(context.Arguments.FirstOrDefault(static argument => IsContract(argument)) ?? throw Fault.BadRequest("The body is null."));
        }

        return next(context);
    }

    private static bool IsContract(object? value) => value?.GetType().Namespace == typeof(ApiJson).Namespace;

    private static void Check(object body)
    {
        foreach (var property in body.GetType().GetProperties().Where(static property => property.PropertyType != typeof(string) && typeof(IEnumerable).IsAssignableFrom(property.PropertyType)))
        {
            foreach (var item in (IEnumerable?)property.GetValue(body) ?? Array.Empty<object>())
            {
                if (item is null)
                {
                    throw Fault.Invalid(ApiJson.Options.PropertyNamingPolicy!.ConvertName(property.Name), "holds null");
                }

                if (IsContract(item))
                {
                    Check(item);
                }
            }
        }
    }
}
