// The Functions app on Flex Consumption, and its settings. Their names are those that the app reads; a test starts the
// app's own validation on them.

import { channelNamespace, clientTokens, compute as computeType } from '../types.bicep'
import { createdIdentity } from 'identity.bicep'
import { instanceSettings, namespaceSettings, originSettings } from 'settings.bicep'
import { createdInstance } from 'web-pubsub.bicep'

@description('Required. The region.')
param location string

@description('Required. Tags of every resource.')
param tags object

@description('Required. What makes names unique.')
@minLength(13)
@maxLength(13)
param token string

@description('Required. Size and scale.')
param compute computeType

@description('Required. False starts .NET without the placeholder process.')
param usePlaceholder bool

@description('Required. The subnet that the app reaches others through; empty: none.')
param subnetId string

@description('Required. The app\'s identity, with its grants.')
param identity createdIdentity

@description('Required. The storage account.')
param storageName string

@description('Required. The container of the app\'s package.')
param deploymentContainerName string

@description('Required. Application Insights.')
param applicationInsightsName string

@description('Required. The host name of the Service Bus namespace.')
param serviceBusEndpoint string

@description('Required. The queue of publications.')
param ingressQueueName string

@description('Required. The topic of the backends.')
param eventsTopicName string

@description('Required. The hub of every instance.')
param hubName string

@description('Required. The instances.')
param instances createdInstance[]

@description('Required. What the instances ask tokens for when they call back.')
param callbackAudience string

@description('Required. Whose tokens clients present.')
param tokens clientTokens

@description('Required. Origins of browsers that may negotiate.')
param allowedOrigins string[]

@description('Required. Settings of namespaces of channels.')
param namespaces channelNamespace[]

resource storage 'Microsoft.Storage/storageAccounts@2025-06-01' existing = {
  name: storageName
}

resource applicationInsights 'Microsoft.Insights/components@2020-02-02' existing = {
  name: applicationInsightsName
}

var hostSettings = {
  AzureWebJobsStorage__blobServiceUri: storage.properties.primaryEndpoints.blob
  AzureWebJobsStorage__credential: 'managedidentity'
  AzureWebJobsStorage__clientId: identity.clientId
  // An address; what is sent there has to carry a token of the app's identity.
  APPLICATIONINSIGHTS_CONNECTION_STRING: applicationInsights.properties.ConnectionString
  APPLICATIONINSIGHTS_AUTHENTICATION_STRING: 'ClientId=${identity.clientId};Authorization=AAD'
}

var gatewaySettings = {
  // The app's own calls: this identity, with no search among the tools of developers.
  AZURE_CLIENT_ID: identity.clientId
  AZURE_TOKEN_CREDENTIALS: 'prod'
  ServiceBus__fullyQualifiedNamespace: serviceBusEndpoint
  ServiceBus__credential: 'managedidentity'
  ServiceBus__clientId: identity.clientId
  IngressQueue: ingressQueueName
  EventsTopic: eventsTopicName
  Gateway__Tables__Endpoint: storage.properties.primaryEndpoints.table
  Gateway__Hub: hubName
  Gateway__Callbacks__Audience: callbackAudience
  Gateway__Callbacks__TenantId: tenant().tenantId
  Gateway__Tokens__Authority: tokens.authority
  Gateway__Tokens__Audience: tokens.audience
}

var optionalSettings = union(
  empty(tokens.?issuer) ? {} : { Gateway__Tokens__Issuer: tokens.?issuer },
  usePlaceholder ? {} : { WEBSITE_USE_PLACEHOLDER_DOTNETISOLATED: '0' }
)

var alwaysReady = concat(
  compute.alwaysReadyHttp > 0 ? [{ name: 'http', instanceCount: compute.alwaysReadyHttp }] : [],
  compute.alwaysReadySequencer > 0 ? [{ name: 'function:Sequencer', instanceCount: compute.alwaysReadySequencer }] : []
)

resource plan 'Microsoft.Web/serverfarms@2025-03-01' = {
  name: 'plan-${token}'
  location: location
  tags: tags
  kind: 'functionapp'
  sku: { name: 'FC1', tier: 'FlexConsumption' }
  properties: {
    reserved: true
    zoneRedundant: compute.zoneRedundant
  }
}

resource app 'Microsoft.Web/sites@2025-03-01' = {
  name: 'func-${token}'
  location: location
  // azd finds the app by its service's name, and some versions of it want no second resource that has it.
  tags: union(tags, { 'azd-service-name': 'gateway' })
  kind: 'functionapp,linux'
  identity: {
    type: 'UserAssigned'
    userAssignedIdentities: { '${identity.id}': {} }
  }
  properties: {
    serverFarmId: plan.id
    httpsOnly: true
    // Clients negotiate from the internet. Callbacks are admitted by their token, wherever they come from.
    publicNetworkAccess: 'Enabled'
    virtualNetworkSubnetId: empty(subnetId) ? null : subnetId
    functionAppConfig: {
      deployment: {
        storage: {
          type: 'blobContainer'
          value: '${storage.properties.primaryEndpoints.blob}${deploymentContainerName}'
          authentication: {
            type: 'UserAssignedIdentity'
            userAssignedIdentityResourceId: identity.id
          }
        }
      }
      runtime: { name: 'dotnet-isolated', version: '10.0' }
      scaleAndConcurrency: {
        instanceMemoryMB: compute.memoryMB
        maximumInstanceCount: compute.maximumInstances
        alwaysReady: alwaysReady
        triggers: { http: { perInstanceConcurrency: compute.httpConcurrency } }
      }
      // The default ends running executions on all instances at once, at every deploy and every change of a setting.
      #disable-next-line BCP037 // The platform knows it since 2023-12-01, the published types do not yet.
      siteUpdateStrategy: { type: 'RollingUpdate' }
    }
    siteConfig: {
      minTlsVersion: '1.2'
      scmMinTlsVersion: '1.2'
      // Browsers' questions are answered by the app, which knows the origins.
      appSettings: map(
        items(union(
          hostSettings,
          gatewaySettings,
          optionalSettings,
          instanceSettings(instances),
          originSettings(allowedOrigins),
          namespaceSettings(namespaces)
        )),
        setting => { name: setting.key, value: setting.value }
      )
    }
  }

  // Deployments present a token; user name and password would be a key like any other.
  resource scm 'basicPublishingCredentialsPolicies' = {
    name: 'scm'
    properties: { allow: false }
  }

  resource ftp 'basicPublishingCredentialsPolicies' = {
    name: 'ftp'
    properties: { allow: false }
  }
}

output id string = app.id
output name string = app.name
output host string = app.properties.defaultHostName
